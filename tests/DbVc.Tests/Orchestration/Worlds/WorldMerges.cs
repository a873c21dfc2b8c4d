using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Tests;

/// <summary>Merges of whole databases: by command, with conflicts listed and decided one by one, and by the model.</summary>
internal sealed class WorldMerges(World world)
{
    private static readonly string[] s_policies = ["docs.n=delta", "docs.m=max"];

    private MergeController Merges => world.Workspace.Merges;

    public string Merge(WorldBranch from, WorldBranch into, int seed)
    {
        if (from == into) return "merge nothing";
        if (from != world.Main && world.IsDirty(from))
        {
            world.Workspace.Branches.Commit(from.Name, "before merge", null, CancellationToken.None);
            world.Learn(from, "commit before merge", [from.Now]);
        }

        var source = world.Head(from);
        var what = $"merge {from.Name} at commit {source.Number} into {into.Name} at {into.Head}";
        if (NaiveBase(source, into) is not { } start)
        {
            Merges.Merge(new MergeRequest(from.Name, into.Name, true, s_policies), CancellationToken.None);
            return what + ": its base contradicts itself";
        }

        if (world.Head(into).Ancestors.Contains(source.Number))
        {
            var nothing = Merges.Merge(new MergeRequest(from.Name, into.Name, false, s_policies), CancellationToken.None);
            World.Require($"{MergeState.UpToDate}", $"{nothing.State}", what);
            if (world.IsDirty(into)) world.Learn(into, what, [into.Now]);
            return what + ": nothing to do";
        }

        return Combine(new Change(what, start, source.State, source.Numbers, seed)
        {
            PolicyOf = PolicyOf,
            Parents = [source.Number],
        }, into, () => Merges.Merge(new MergeRequest(from.Name, into.Name, false, s_policies) { AllowDestructive = true }, CancellationToken.None));
    }

    /// <summary>Repeats a commit on a branch.</summary>
    public string Pick(WorldCommit commit, WorldBranch into, int seed)
    {
        if (commit.Parents.Length == 0) return "cherry-pick nothing";
        var parent = world.Commits[commit.Parents[0]];
        var what = $"cherry-pick {commit.Number} onto {into.Name} at {into.Head}";
        return !AgreeOnNumbers(parent, commit, into) ? what + ": other numbers"
            : Combine(new Change(what, parent.State, commit.State, commit.Numbers, seed), into,
                () => world.Workspace.Replays.CherryPick(
                    new CherryPickRequest(commit.Id.ToString(), into.Name) { AllowDestructive = true }, CancellationToken.None));
    }

    /// <summary>Takes a commit of the branch back.</summary>
    public string Revert(WorldCommit commit, WorldBranch into, int seed)
    {
        if (commit.Parents.Length == 0 || !world.Head(into).Ancestors.Contains(commit.Number)) return "revert nothing";
        var parent = world.Commits[commit.Parents[0]];
        var what = $"revert {commit.Number} on {into.Name} at {into.Head}";
        return !AgreeOnNumbers(commit, parent, into) ? what + ": other numbers"
            : Combine(new Change(what, commit.State, parent.State, parent.Numbers, seed), into,
                () => world.Workspace.Replays.Revert(new RevertRequest(commit.Id.ToString(), into.Name), CancellationToken.None));
    }

    /// <summary>Brings back what was set aside over this commit.</summary>
    public string Pop(WorldCommit head, (NaiveDatabase State, IReadOnlyDictionary<string, long> Numbers) stash, int seed)
    {
        var what = $"stash pop over {head.Number}";
        var told = Combine(new Change(what, head.State, stash.State, stash.Numbers, seed) { MakesCommit = false }, world.Main,
            () => world.Workspace.Stashes.Apply(null, drop: true, CancellationToken.None));
        foreach (var kept in world.Workspace.Stashes.List()) world.Workspace.Stashes.Drop(kept.Number);
        return told;
    }

    /// <summary>Without a merge nothing says that rows of two numbers are one, or that one number means two rows.</summary>
    private bool AgreeOnNumbers(WorldCommit before, WorldCommit after, WorldBranch into)
    {
        var target = world.Numbers(into);
        var states = new[] { before.Numbers, after.Numbers, target };
        var known = before.Numbers.Values.ToHashSet();
        return states.SelectMany(n => n).GroupBy(n => n.Key).All(g => g.Select(n => n.Value).Distinct().Count() == 1)
            && states.SelectMany(n => n).Where(n => known.Contains(n.Value)).GroupBy(n => n.Value).All(g => g.Select(n => n.Key).Distinct().Count() == 1);
    }

    /// <summary>Carries a change over by command and by model, compares the conflicts, decides them alike and compares the results.</summary>
    private string Combine(Change change, WorldBranch into, Func<MergeReport> run)
    {
        ResolutionKind Decide(string place) => (ResolutionKind)(place.Aggregate((uint)change.Seed, (hash, c) => (hash ^ c) * 16777619) / 7 % 3);
        var what = change.What;
        var naive = new NaiveDatabaseMerge(change.PolicyOf, Decide);
        var merged = naive.Run(change.Start, change.Source, into.Now);
        var captured = change.MakesCommit && world.IsDirty(into) ? new List<NaiveDatabase> { into.Now } : [];
        var report = run();
        if (naive.Contradictions.Count > 0)
        {
            var actual = report.Conflicts.Any(c => c.Kind == ConflictKind.Schema) ? $"{MergeState.Conflicts}" : $"{report.State}";
            World.Require($"{MergeState.Conflicts}", actual, $"{what}, about {string.Join(' ', naive.Contradictions)}");
            Merges.Abort(null);
            world.Learn(into, what, captured);
            return what + ": contradiction";
        }

        if (naive.Conflicts.Count > 0 || report.State == MergeState.Conflicts) report = Resolve(naive, Decide, (change, into), report);
        var isNothing = change.Parents.Length == 0 && change.MakesCommit && merged.Dump() == into.Now.Dump();
        var expected = isNothing ? MergeState.UpToDate : merged.Dangles() ? MergeState.Refused : MergeState.Merged;
        World.Require($"{expected}", $"{report.State}", $"{what} ({string.Join("; ", report.Violations.Select(v => v.Message))})");
        if (expected == MergeState.Refused && Merges.Status().Count > 0) Merges.Abort(null);
        if (expected == MergeState.Merged)
        {
            into.Now = merged;
            if (change.MakesCommit) captured.Add(merged);
        }

        world.Learn(into, what, captured, expected == MergeState.Merged ? change.Parents : []);
        return $"{what}: {expected}, commit {into.Head}, {naive.Conflicts.Count} conflicts";
    }

    private MergeReport Resolve(
        NaiveDatabaseMerge naive, Func<string, ResolutionKind> decide, (Change Change, WorldBranch Into) sides, MergeReport report)
    {
        var what = sides.Change.What;
        World.Require(string.Join('\n', naive.Conflicts),
            naive.Conflicts.Count == report.ConflictCount ? string.Join('\n', naive.Conflicts)
            : string.Join("\n", report.Conflicts.Select(c => $"{c.Kind} {c.Table} {c.Key.FirstOrDefault()?.Value} {c.Column} {c.Cause}")),
            what + ", conflicts");
        var places = new PlaceNames(sides.Into.Now, world.Numbers(sides.Into), sides.Change);
        var open = new List<ConflictView>();
        for (string? after = null; ;)
        {
            var page = Merges.ListConflicts(null, after, 3);
            open.AddRange(page.Conflicts);
            if (page.Next is null) break;
            after = page.Next;
        }

        var met = open.Select(c => places.Of(c.Conflict)).Order(StringComparer.Ordinal);
        World.Require(string.Join('\n', naive.Conflicts), string.Join('\n', met), what + ", conflicts");
        foreach (var view in open) Merges.Resolve(new ResolveRequest(null, view.Conflict.Id, new Resolution(decide(places.Of(view.Conflict)))));
        return Merges.Continue(null, CancellationToken.None, allowDestructive: true);
    }

    private static string PolicyOf(string column) => column switch
    {
        "n" => "delta",
        "m" => "max",
        _ => "",
    };

    private NaiveDatabase? NaiveBase(WorldCommit source, WorldBranch into) => MergeBases(Best(source.Ancestors, world.Head(into).Ancestors));

    /// <summary>The common state; null where bases that are merged first contradict each other.</summary>
    private NaiveDatabase? MergeBases(List<int> bases)
    {
        var merged = world.Commits[bases[0]].State;
        for (var i = 1; i < bases.Count; i++)
        {
            var next = world.Commits[bases[i]];
            var below = bases.Take(i).SelectMany(b => Best(next.Ancestors, world.Commits[b].Ancestors)).Distinct().ToList();
            below = [.. below.Where(one => !below.Exists(other => other != one && world.Commits[other].Ancestors.Contains(one))).Order()];
            if (MergeBases(below) is not { } start) return null;
            var naive = new NaiveDatabaseMerge(PolicyOf, _ => ResolutionKind.Base);
            merged = naive.Run(start, next.State, merged);
            if (naive.Contradictions.Count > 0) return null;
        }

        return merged;
    }

    /// <summary>Common ancestors that are not an ancestor of another one, oldest first.</summary>
    private List<int> Best(HashSet<int> one, HashSet<int> other)
    {
        var common = one.Where(other.Contains).ToList();
        return [.. common.Where(c => !common.Exists(d => d != c && world.Commits[d].Ancestors.Contains(c))).Order()];
    }
}

/// <summary>A change that is carried over to a branch: from a common state to the source's.</summary>
internal sealed record Change(string What, NaiveDatabase Start, NaiveDatabase Source, IReadOnlyDictionary<string, long> Numbers, int Seed)
{
    public Func<string, string> PolicyOf { get; init; } = _ => "";

    /// <summary>Of the new commit, beside the branch's head.</summary>
    public int[] Parents { get; init; } = [];

    /// <summary>False for a stash, which comes back into the live database alone.</summary>
    public bool MakesCommit { get; init; } = true;
}

/// <summary>Says where a conflict is in the model's words: numbered rows are known by their texts.</summary>
internal sealed class PlaceNames(NaiveDatabase target, IReadOnlyDictionary<string, long> numbers, Change source)
{
    public string Of(Conflict conflict)
    {
        var table = target.Tables.Values.Concat(source.Source.Tables.Values).First(t => t.Schema.Name == conflict.Table).Schema;
        var key = conflict.Key.Select(k => k.Value).ToList();
        if (table.Id is NaiveDatabase.Items or NaiveDatabase.Lines) key[0] = Uid(key[0].AsInteger);
        return $"{conflict.Table} {string.Join(',', key.Select(DatabaseContent.Show))} {conflict.Column}";
    }

    private Value Uid(long number)
    {
        var found = numbers.Concat(source.Numbers).FirstOrDefault(n => n.Value == number).Key;
        return Value.Text(found ?? "number " + number);
    }
}
