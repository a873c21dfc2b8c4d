using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Tracking by command: only what is versioned is touched, and what was written while it was on is committed.</summary>
public sealed class TrackingTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Tracking_goes_on_and_off_and_commits_hold_what_was_written_meanwhile()
    {
        Assert.False(_shop.Workspace.Tracking.Read().IsOn);
        var on = _shop.Workspace.Tracking.Start(null);
        Assert.All(on.Tables.Where(t => t.Gap is null), t => Assert.True(t.IsTracked, t.Name));
        Assert.True(on.IsOn);
        _shop.Write("UPDATE customers SET balance = 60 WHERE id = 1; DELETE FROM orders WHERE id = 2; INSERT INTO orders VALUES (5, 1, 1)");
        var commit = _shop.Workspace.Branches.Commit(BranchName.Main, "m", null, default);
        Assert.Equal(["customers 0 1 0", "orders 1 0 1"], commit.Tables.Select(c => $"{c.Name} {c.Added} {c.Modified} {c.Deleted}"));
        Assert.True(_shop.Workspace.Upkeep.Verify(default).Ok);
        Assert.Equal("triggers", Workspace.Settings(_shop.Folder).Get("tracking")[0].Value!.ToString());
        Assert.False(_shop.Workspace.Tracking.Stop(null).IsOn);
        Assert.Equal("none", Workspace.Settings(_shop.Folder).Get("tracking")[0].Value!.ToString());
        _shop.Write("UPDATE customers SET balance = 61 WHERE id = 1");
        Assert.Single(_shop.Workspace.Status(default).Changes);
    }

    [Fact]
    public void One_table_is_tracked_alone()
    {
        var state = _shop.Workspace.Tracking.Start("orders");
        Assert.Equal(["orders"], state.Tables.Where(t => t.IsTracked).Select(t => t.Name));
    }

    [Fact]
    public void A_table_that_is_left_out_gets_no_trigger()
    {
        Workspace.Settings(_shop.Folder).Set("exclude", ["audit"]);
        Workspace.Settings(_shop.Folder).Set("schema-only", ["orders"]);
        _shop.Reopen();
        var before = _shop.Ask("SELECT group_concat(sql) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('audit', 'orders')");
        Assert.Equal(["customers"], _shop.Workspace.Tracking.Start(null).Tables.Where(t => t.IsTracked).Select(t => t.Name));
        Assert.Equal(before, _shop.Ask("SELECT group_concat(sql) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('audit', 'orders')"));
    }

    [Fact]
    public void Tracking_that_was_asked_for_and_is_gone_is_found_by_doctor()
    {
        _shop.Workspace.Tracking.Start(null);
        Assert.All(_shop.Workspace.Upkeep.Examine(false).Items, item => Assert.True(item.IsOk, item.Detail));
        _shop.Write("CREATE TABLE later (id INTEGER PRIMARY KEY)");
        _shop.Reopen();
        var item = Assert.Single(_shop.Workspace.Upkeep.Examine(false).Items, i => !i.IsOk);
        Assert.Equal(("tracking", "db-vc tracking on"), (item.Name, item.Remedy));
        Assert.Contains("later", item.Detail);
    }

    [Fact]
    public void A_database_that_is_not_at_mains_head_is_not_touched()
    {
        _shop.Write("DROP TABLE _dbvc_state");
        Assert.Equal("live.unattached", Assert.Throws<DbVcException>(() => _shop.Workspace.Tracking.Start(null)).Code);
    }
}
