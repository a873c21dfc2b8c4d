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
    public void PassGates(string name, bool passed = true)
    {
        var layout = RepositoryLayout.Find(Shop.Folder);
        using var store = RepositoryStore.Open(layout.Control);
        var context = WorkspaceContext.Create(store, layout, ShopRepository.Options with { Credential = new Credential(null, "ada") });
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
