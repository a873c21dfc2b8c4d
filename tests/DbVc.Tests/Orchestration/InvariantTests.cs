using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class InvariantTests : IDisposable
{
    private const string NoDebt = "SELECT id, balance FROM customers WHERE balance < 0";
    private const string Endless = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i FROM c WHERE i < 0";

    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_merge_after_which_an_invariant_returns_rows_is_refused_with_them_and_changes_nothing()
    {
        _shop.Workspace.Invariants.Add(new Invariant("no debt", NoDebt));
        _shop.Branch("work", "UPDATE customers SET balance = balance - 40 WHERE id = 1");
        _shop.Write("UPDATE customers SET balance = balance - 40 WHERE id = 1");

        // Neither side breaks it; only their sum does.
        var report = _shop.Merge("work", false, "customers.balance=delta");
        Assert.Equal(MergeState.Refused, report.State);
        Assert.Equal(("INVARIANT no debt", "id=1, balance=-30"), (report.Violations[0].Constraint, report.Violations[0].Key));
        Assert.Equal("10", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
        Assert.Equal(MergeState.Refused, _shop.Merge("work", true, "customers.balance=delta").State);

        _shop.Workspace.Invariants.Remove("no debt");
        Assert.Equal(MergeState.Merged, _shop.Merge("work", false, "customers.balance=delta").State);
    }

    [Fact]
    public void A_rollback_to_a_state_that_breaks_an_invariant_is_refused()
    {
        _shop.Write("UPDATE customers SET balance = -1 WHERE id = 2");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Debt", null, CancellationToken.None);
        _shop.Write("UPDATE customers SET balance = 1 WHERE id = 2");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Paid", null, CancellationToken.None);
        _shop.Workspace.Invariants.Add(new Invariant("no debt", NoDebt));
        var refusal = Assert.Throws<DbVcException>(() =>
            _shop.Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", DryRun: false), CancellationToken.None));
        Assert.Equal(FailureKind.Refused, refusal.Kind);
        Assert.Equal("1", _shop.Ask("SELECT balance FROM customers WHERE id = 2"));
    }

    [Theory]
    [InlineData("SELEC 1", "query.failed")]
    [InlineData("SELECT nothing FROM customers", "query.failed")]
    [InlineData("DELETE FROM customers", "query.refused")]
    [InlineData("DELETE FROM customers RETURNING id", "query.refused")]
    [InlineData("SELECT 1; SELECT 2", "query.refused")]
    [InlineData("", "query.failed")]
    public void What_does_not_parse_or_does_not_only_read_is_refused(string sql, string code)
    {
        Assert.Equal(code, Assert.Throws<DbVcException>(() => _shop.Workspace.Invariants.Add(new Invariant("x", sql))).Code);
        Assert.Empty(_shop.Workspace.Invariants.List());
    }

    [Fact]
    public void An_invariant_that_never_ends_meets_its_limit_and_refuses()
    {
        using var quick = Workspace.Open(_shop.Folder, ShopRepository.Options with { InvariantTime = TimeSpan.FromMilliseconds(200) }, CancellationToken.None);
        quick.Invariants.Add(new Invariant("endless", Endless));
        _shop.Branch("work", "UPDATE customers SET balance = 1");
        var failure = Assert.Throws<DbVcException>(() => quick.Merges.Merge(
            new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []), CancellationToken.None));
        Assert.Equal((FailureKind.Refused, "invariant.limit", "endless"), (failure.Kind, failure.Code, failure.Where));
        Assert.Equal("50", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
    }

    [Fact]
    public void An_invariant_over_what_a_branch_dropped_refuses_the_merge()
    {
        _shop.Workspace.Invariants.Add(new Invariant("rich", "SELECT name FROM rich WHERE name = 'Midas'"));
        _shop.Branch("work", "DROP VIEW rich");
        Assert.Equal("invariant.failed", Assert.Throws<DbVcException>(() => _shop.Merge("work")).Code);
        Assert.Equal("1", _shop.Ask("SELECT count(*) FROM sqlite_master WHERE name = 'rich'"));
    }

    [Fact]
    public void Invariants_are_checked_live_and_at_a_revision_and_no_branch_brings_any()
    {
        _shop.Workspace.Invariants.Add(new Invariant("no debt", NoDebt));
        Assert.Equal("invariant.exists", Assert.Throws<DbVcException>(() => _shop.Workspace.Invariants.Add(new Invariant("no debt", NoDebt))).Code);
        Assert.Equal("invariant.missing", Assert.Throws<DbVcException>(() => _shop.Workspace.Invariants.Remove("other")).Code);
        Assert.Equal("invariant.name", Assert.Throws<DbVcException>(() => _shop.Workspace.Invariants.Add(new Invariant("a\nb", NoDebt))).Code);
        _shop.Write("UPDATE customers SET balance = -5");
        Assert.Equal(["1 -5", "2 -5"], Assert.Single(_shop.Workspace.Invariants.Check(null)).Rows.Select(r => $"{r[0].Value} {r[1].Value}"));
        Assert.True(Assert.Single(_shop.Workspace.Invariants.Check("HEAD")).Holds);
        _shop.Reopen();
        Assert.Equal("no debt", Assert.Single(_shop.Workspace.Invariants.List()).Name);
    }

    [Fact]
    public async Task The_command_line_tells_of_invariants()
    {
        using var cli = new ShopCli();
        foreach (var json in new[] { Array.Empty<string>(), ["--json"] })
        {
            await cli.TellAsync(["invariant", "list", .. json]);
            await cli.TellAsync(["invariant", "add", "no-debt", NoDebt, .. json]);
            await cli.TellAsync(["invariant", "add", "wrong", "SELEC 1", .. json]);
            await cli.TellAsync(["invariant", "list", .. json]);
            await cli.TellAsync(["invariant", "check", .. json]);
            cli.Shop.Write("UPDATE customers SET balance = -7 WHERE id = 1");
            await cli.TellAsync(["invariant", "check", .. json]);
            await cli.TellAsync(["invariant", "check", "HEAD", .. json]);
            await cli.TellAsync(["invariant", "remove", "no-debt", .. json]);
            await cli.TellAsync(["invariant", "remove", "no-debt", .. json]);
            cli.Shop.Write("UPDATE customers SET balance = 7 WHERE id = 1");
        }

        cli.MatchesSnapshot("invariants", Path.Combine(Path.GetDirectoryName(Here())!, "../Cli/Commands.cs"));

        static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
    }
}
