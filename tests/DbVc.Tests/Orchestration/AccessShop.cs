using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

/// <summary>A shop with people of every role, each recognised by a login.</summary>
internal sealed class AccessShop : IDisposable
{
    public const string Rows = "UPDATE customers SET balance = balance + 1 WHERE id = 1";

    /// <summary>What everybody pretends in DBVC_AUTHOR.</summary>
    private static readonly Author s_pretended = new("Mallory", "mallory@example.com", AuthorKind.Human);

    private readonly List<Workspace> _open = [];

    public AccessShop()
    {
        Shop = new ShopRepository();
        As("ada").Access.AddUser(new UserRequest("Ada", "ada@example.com", "person", "admin", []));
        foreach (var (name, kind, role) in new[]
        {
            ("Rae", "person", "reviewer"), ("Rob", "person", "reviewer"), ("Art", "person", "author"), ("Bot", "agent", "agent"), ("Vic", "person", "viewer"),
        })
        {
            As("ada").Access.AddUser(new UserRequest(name, $"{name}@example.com", kind, role, [name.ToLowerInvariant()]));
        }
    }

    public ShopRepository Shop { get; }

    /// <summary>The workspace of whoever has a login.</summary>
    public Workspace As(string login) => Open(new Credential(null, login));

    public Workspace With(string token) => Open(new Credential(token, "ada"));

    /// <summary>A branch that a person changed.</summary>
    public void Branch(string login, string name, string sql = Rows, Author? author = null)
    {
        var workspace = As(login);
        workspace.Branches.Create(BranchName.Parse(name), null, CancellationToken.None);
        Change(login, name, sql, author);
    }

    public void Change(string login, string name, string sql = Rows, Author? author = null)
    {
        var workspace = As(login);
        ShopRepository.Execute(workspace.Branches.Show(BranchName.Parse(name)).Database!, sql);
        Assert.NotNull(workspace.Branches.Commit(BranchName.Parse(name), "Change " + name, author, CancellationToken.None).Commit);
    }

    public MergeReport Merge(string login, string name, string into = "main", string? reason = null) =>
        As(login).Merges.Merge(
            new MergeRequest(BranchName.Parse(name), BranchName.Parse(into), DryRun: false, []) { Override = reason }, CancellationToken.None);

    public ApprovalReport Approve(string login, string name) => As(login).Approvals.Approve(BranchName.Parse(name), null, CancellationToken.None);

    public void Rule(string pattern, bool? isProtected = null, int? approvals = null, string? gates = null) =>
        As("ada").Access.SetRule(new BranchRuleRequest(pattern, isProtected, approvals, gates));

    /// <summary>A report of passed gates for a branch's head, as the gates write it.</summary>
    public void PassGates(string name, bool passed = true) => Do(context =>
    {
        var branch = BranchName.Parse(name);
        GateReports.Save(context, branch, context.Repository.Head(branch), new GateReport
        {
            Branch = name,
            Task = "20260101-000000-" + name,
            Time = DateTimeOffset.UnixEpoch,
            Metadata = Hash.None.ToString(),
            Code = Hash.None.ToString(),
            Sandbox = Pipelines.SandboxMode.Bubblewrap,
            Passed = passed,
            Figures = new GateFigures(),
            Gates = [GateResult.Of("unit", "", passed ? [] : [new GateFinding("It failed.")], [])],
        });
    });

    /// <summary>A branch that a task made of metadata and that passed its gates, as they leave it; nothing was run.</summary>
    public AgentReport Task(string name, string metadata, DateTimeOffset created)
    {
        var branch = BranchName.Parse(name);
        As("art").Branches.Create(branch, null, CancellationToken.None);
        var folder = Path.Combine(Shop.Folder, "branches", name);
        File.WriteAllText(Path.Combine(folder, "metadata.json"), metadata);
        As("art").Branches.Commit(branch, "Pin metadata", null, CancellationToken.None);
        var report = new AgentReport
        {
            Task = $"{created:yyyyMMdd-HHmmss}-{name}",
            Branch = name,
            State = TaskState.Ready,
            Pipeline = name,
            Created = created,
            MetadataPath = Path.Combine(Shop.Folder, "metadata.json"),
            Starter = "Art",
        };
        Do(context =>
        {
            AgentTasks.Save(context, report);
            using var transaction = context.Repository.Store.Begin();
            var record = BranchRecord.Read(context.Repository.Store, branch)! with { Task = report.Task };
            transaction.PutDocument(BranchRecord.Collection, name, record.ToBytes());
            transaction.Commit();
        });
        PassGates(name);
        return report;
    }

    /// <summary>The documents of a collection as they are kept.</summary>
    public IReadOnlyList<string> Documents(string collection)
    {
        IReadOnlyList<string> found = [];
        Do(context => found = [.. context.Repository.Store.ListDocuments(collection).Select(d => System.Text.Encoding.UTF8.GetString(d.Value))]);
        return found;
    }

    public void Do(Action<WorkspaceContext> action)
    {
        var layout = RepositoryLayout.Find(Shop.Folder);
        using var store = RepositoryStore.Open(layout.Control);
        action(WorkspaceContext.Create(store, layout, ShopRepository.Options with { Credential = new Credential(null, "ada") }));
    }

    public string Head(string branch) => As("ada").Branches.Show(BranchName.Parse(branch)).Head.ToString();

    public string Balance => Shop.Ask("SELECT balance FROM customers WHERE id = 1");

    public static void Denied(string code, Action action)
    {
        var failure = Assert.Throws<DbVcException>(action);
        Assert.Equal((FailureKind.Refused, code), (failure.Kind, failure.Code));
        Assert.False(string.IsNullOrEmpty(failure.Message));
    }

    public void Dispose()
    {
        foreach (var workspace in _open) workspace.Dispose();
        Shop.Dispose();
    }

    private Workspace Open(Credential credential)
    {
        var workspace = Workspace.Open(Shop.Folder, ShopRepository.Options with { User = s_pretended, Credential = credential }, CancellationToken.None);
        _open.Add(workspace);
        return workspace;
    }
}
