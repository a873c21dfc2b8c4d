using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Tests;

/// <summary>A commit of the model: all its tables, and the numbers that its numbered rows have there.</summary>
internal sealed record WorldCommit(
    int Number, CommitId Id, int[] Parents, NaiveDatabase State, IReadOnlyDictionary<string, long> Numbers, HashSet<int> Ancestors);

/// <summary>A branch of the model with what its database holds now.</summary>
internal sealed class WorldBranch(BranchName name, string path, int head, NaiveDatabase now)
{
    public BranchName Name { get; } = name;

    public string Path { get; } = path;

    public int Head { get; set; } = head;

    public NaiveDatabase Now { get; set; } = now;
}

/// <summary>
/// A repository beside a live database, and the model of it. Every step is done to both; <see cref="Check"/> compares what an application sees,
/// and <see cref="Learn"/> the commits that a command made.
/// </summary>
internal sealed class World : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-world-").FullName;

    public World()
    {
        var path = System.IO.Path.Combine(_folder, "live.db");
        using (var database = new WorldDatabase(path))
        {
            database.Run(NaiveDatabase.StartSql);
            database.Commit();
        }

        var first = Workspace.Init(new InitRequest(_folder, path, null), ShopRepository.Options, CancellationToken.None).Commit;
        Workspace = Workspace.Open(_folder, ShopRepository.Options, CancellationToken.None);
        var start = NaiveDatabase.Start();
        Commits.Add(new WorldCommit(0, first, [], start, new Dictionary<string, long>(), [0]));
        Branches.Add(new WorldBranch(BranchName.Main, path, 0, start.Copy()));
    }

    public Workspace Workspace { get; private set; }

    public List<WorldCommit> Commits { get; } = [];

    /// <summary>Main is the first.</summary>
    public List<WorldBranch> Branches { get; } = [];

    public Dictionary<string, int> Tags { get; } = [];

    public WorldBranch Main => Branches[0];

    public WorldCommit Head(WorldBranch branch) => Commits[branch.Head];

    public bool IsDirty(WorldBranch branch) => branch.Now.Dump() != Head(branch).State.Dump();

    /// <summary>Commits that a ref still leads to, oldest first.</summary>
    public List<WorldCommit> Reachable()
    {
        var reached = Branches.Select(b => b.Head).Concat(Tags.Values).SelectMany(c => Commits[c].Ancestors).ToHashSet();
        return [.. Commits.Where(c => reached.Contains(c.Number))];
    }

    public void Reopen()
    {
        Workspace.Dispose();
        Workspace = Workspace.Open(_folder, ShopRepository.Options, CancellationToken.None);
    }

    /// <summary>The branch's database holds what the model says, and the repository knows whether a commit holds it.</summary>
    public void Check(WorldBranch branch, string what)
    {
        using (var database = new WorldDatabase(branch.Path)) Require(branch.Now.Dump(), database.Dump(branch.Now), $"{what}: database of {branch.Name}");
        if (branch != Main) return;
        var status = Workspace.Status(CancellationToken.None);
        Require($"clean {!IsDirty(branch)} {Head(branch).Id}", $"clean {status.Clean} {status.Head}", $"{what}: status");
    }

    /// <summary>Takes over the commits that the branch has since: one for each of these states, the last with other parents as well.</summary>
    public void Learn(WorldBranch branch, string what, IReadOnlyList<NaiveDatabase> states, params int[] merged)
    {
        var ids = new List<CommitId>();
        for (var id = Workspace.Branches.Show(branch.Name).Head; id != Head(branch).Id; id = Parents(id)[0])
        {
            ids.Add(id);
            if (ids.Count > states.Count) throw new InvalidOperationException($"{what}: more commits than the {states.Count} expected");
        }

        Require($"{states.Count} commits", $"{ids.Count} commits", what);
        ids.Reverse();
        for (var i = 0; i < ids.Count; i++)
        {
            int[] parents = i == ids.Count - 1 ? [branch.Head, .. merged] : [branch.Head];
            Require(string.Join(' ', parents.Select(p => Commits[p].Id)), string.Join(' ', Parents(ids[i])), $"{what}: parents");
            HashSet<int> ancestors = [Commits.Count, .. parents.SelectMany(p => Commits[p].Ancestors)];
            Commits.Add(new WorldCommit(Commits.Count, ids[i], parents, states[i].Copy(), Numbers(branch), ancestors));
            branch.Head = Commits.Count - 1;
        }
    }

    private IReadOnlyList<CommitId> Parents(CommitId id) => Workspace.History.Find(id.ToString()).Commit.Commit.Parents;

    public IReadOnlyDictionary<string, long> Numbers(WorldBranch branch)
    {
        using var database = new WorldDatabase(branch.Path);
        return database.Numbers(branch.Now);
    }

    public static void Require(string expected, string actual, string what)
    {
        if (expected != actual) throw new InvalidOperationException($"{what}\nmodel:\n{expected}\nengine:\n{actual}");
    }

    public void Dispose()
    {
        Workspace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
