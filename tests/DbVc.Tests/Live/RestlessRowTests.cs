using System.Globalization;
using System.Text;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>A row that somebody writes again before each attempt to change it: the last one keeps the others waiting, and nothing of theirs is lost.</summary>
public sealed class RestlessRowTests : IDisposable
{
    private readonly ShopRepository _shop = new("""
        CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, stock INTEGER);
        INSERT INTO items VALUES (1, 'bolt', 0);
        """);

    private int _written;
    private bool _isHeld;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void It_is_merged_cell_by_cell_once_writers_are_held()
    {
        _shop.Branch("edit", "UPDATE items SET name = 'screw'");
        var head = Head();
        _shop.StepReached = step => Disturb(step, null);
        var report = _shop.Merge("edit");
        Assert.Equal(MergeState.Merged, report.State);
        Assert.True(_isHeld && _written >= 5, $"{_written} writes");
        Assert.Equal($"screw {_written}", _shop.Ask("SELECT name || ' ' || stock FROM items"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
        // What others wrote is a commit of its own, the merge's first parent.
        var before = _shop.Workspace.History.Find("HEAD").Commit.Commit.Parents[0];
        Assert.Equal("bolt", Past(before.ToString(), "SELECT name FROM items"));
        Assert.Equal(_written.ToString(CultureInfo.InvariantCulture), Past(before.ToString(), "SELECT stock FROM items"));
        Assert.NotEqual(head, Head());
    }

    [Fact]
    public void It_is_rolled_back_once_writers_are_held()
    {
        var first = Head();
        _shop.StepReached = step => Disturb(step, null);
        _shop.Write("UPDATE items SET stock = 100");
        _shop.Workspace.Replays.Rollback(new RollbackRequest(first, false), CancellationToken.None);
        Assert.True(_isHeld);
        Assert.Equal("0", _shop.Ask("SELECT stock FROM items"));
        Assert.Equal((100 + _written).ToString(CultureInfo.InvariantCulture), Past("HEAD~1", "SELECT stock FROM items"));
    }

    [Theory]
    [InlineData(PublishStep.Planned, false)]
    [InlineData(PublishStep.IntentWritten, false)]
    [InlineData(PublishStep.Applied, false)]
    [InlineData(PublishStep.LiveCommitted, true)]
    [InlineData(PublishStep.RefMoved, true)]
    public void An_attempt_that_ends_while_writers_are_held_is_undone_or_finished(PublishStep stop, bool done)
    {
        _shop.Branch("edit", "UPDATE items SET name = 'screw'");
        _shop.StepReached = step => Disturb(step, stop);
        Assert.Throws<InvalidOperationException>(() => _shop.Merge("edit"));
        _shop.StepReached = null;
        _shop.Reopen();
        Assert.Equal($"{(done ? "screw" : "bolt")} {_written}", _shop.Ask("SELECT name || ' ' || stock FROM items"));
        Assert.Equal(done ? "merged" : "open", _shop.Workspace.Branches.List().Single(b => b.Name == "edit").Status);
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
        Assert.True(_shop.Merge("edit").State is MergeState.Merged or MergeState.UpToDate);
        Assert.Equal($"screw {_written}", _shop.Ask("SELECT name || ' ' || stock FROM items"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
    }

    private void Disturb(PublishStep step, PublishStep? stop)
    {
        if (step == PublishStep.Planned && !TryWrite()) _isHeld = true;
        if (_isHeld && step == stop) throw new InvalidOperationException("stopped");
    }

    /// <summary>False if somebody holds the write lock.</summary>
    private bool TryWrite()
    {
        var builder = new SqliteConnectionStringBuilder { DataSource = _shop.Database, Pooling = false, DefaultTimeout = 1 };
        using var connection = new SqliteConnection(builder.ToString());
        connection.Open();
        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE items SET stock = stock + 1";
            command.ExecuteNonQuery();
            _written++;
            return true;
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == SQLitePCL.raw.SQLITE_BUSY)
        {
            return false;
        }
    }

    private string Head() => _shop.Workspace.History.Find("HEAD").Commit.Id.ToString();

    private string Past(string revision, string sql)
    {
        using var answer = _shop.Workspace.History.Query(new QueryRequest(sql, revision, null, 10));
        var value = answer.Rows.Single()[0];
        return value.Kind == ValueKind.Text ? Encoding.UTF8.GetString(value.AsBytes.Span) : value.AsInteger.ToString(CultureInfo.InvariantCulture);
    }
}
