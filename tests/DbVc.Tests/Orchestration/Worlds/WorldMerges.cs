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

        ResolutionKind Decide(string place) => (ResolutionKind)(place.Aggregate((uint)seed, (hash, c) => (hash ^ c) * 16777619) / 7 % 3);
        var naive = new NaiveDatabaseMerge(PolicyOf, Decide);
        var merged = naive.Run(start, source.State, into.Now);
        var captured = world.IsDirty(into) ? new List<NaiveDatabase> { into.Now } : [];
        var report = Merges.Merge(new MergeRequest(from.Name, into.Name, false, s_policies), CancellationToken.None);
        if (world.Head(into).Ancestors.Contains(source.Number))
        {
            World.Require($"{MergeState.UpToDate}", $"{report.State}", what);
            world.Learn(into, what, captured);
            return what + ": nothing to do";
        }

        if (naive.Contradictions.Count > 0)
        {
            World.Require($"{MergeState.Conflicts} about {string.Join(' ', naive.Contradictions)}",
                report.Conflicts.Any(c => c.Kind == ConflictKind.Schema) ? $"{report.State} about {string.Join(' ', naive.Contradictions)}" : $"{report.State}", what);
            Merges.Abort(null);
            world.Learn(into, what, captured);
            return what + ": contradiction";
        }

        if (naive.Conflicts.Count > 0 || report.State == MergeState.Conflicts) report = Resolve(naive, Decide, (source, into), report, what);
        var expected = merged.Dangles() ? MergeState.Refused : MergeState.Merged;
        World.Require($"{expected}", $"{report.State} {string.Join('\n', report.Violations.Select(v => v.Message))}".Trim(), what);
        if (expected == MergeState.Refused)
        {
            if (Merges.Status().Count > 0) Merges.Abort(null);
            world.Learn(into, what, captured);
            return what + ": refused";
        }

        into.Now = merged;
        world.Learn(into, what, [.. captured, merged], source.Number);
        return what + $": commit {into.Head}, {naive.Conflicts.Count} conflicts";
    }

    private MergeReport Resolve(
        NaiveDatabaseMerge naive, Func<string, ResolutionKind> decide, (WorldCommit Source, WorldBranch Into) sides, MergeReport report, string what)
    {
        World.Require($"{naive.Conflicts.Count}", $"{report.ConflictCount}", $"{what}: {string.Join("; ", report.Conflicts.Select(c => $"{c.Kind} {c.Table} {c.Column}"))}");
        var places = new PlaceNames(sides.Into.Now, world.Numbers(sides.Into), sides.Source);
        var open = new List<ConflictView>();
        for (string? after = null; ;)
        {
            var page = Merges.ListConflicts(null, after, 3);
            open.AddRange(page.Conflicts);
            if (page.Next is null) break;
            after = page.Next;
        }

        World.Require(string.Join('\n', naive.Conflicts), string.Join('\n', open.Select(c => places.Of(c.Conflict)).Order(StringComparer.Ordinal)), what + ", conflicts");
        foreach (var view in open) Merges.Resolve(new ResolveRequest(null, view.Conflict.Id, new Resolution(decide(places.Of(view.Conflict)))));
        return Merges.Continue(null, CancellationToken.None);
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

/// <summary>Says where a conflict is in the model's words: numbered rows are known by their texts.</summary>
internal sealed class PlaceNames(NaiveDatabase target, IReadOnlyDictionary<string, long> numbers, WorldCommit source)
{
    public string Of(Conflict conflict)
    {
        var table = target.Tables.Values.Concat(source.State.Tables.Values).First(t => t.Schema.Name == conflict.Table).Schema;
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
