using System.Diagnostics;
using System.Globalization;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A SQLite file has one writer at a time: while db-vc is it, others wait. Here is for how long.</summary>
public sealed class SqliteWaitTests : IDisposable
{
    private const double Spare = 10;
    private static readonly int s_rounds = ProofMode.IsLong ? 50 : 4;
    private readonly List<(long Begun, long Ended)> _applied = [];
    private readonly List<(long Begun, long Ended)> _waits = [];
    private volatile bool _isOver;
    private long _begun;

    public static TheoryData<LiveEngine> Engines => [.. new[] { LiveEngine.Sqlite, LiveEngine.SqliteWal }];

    public void Dispose() => _isOver = true;

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_client_that_tries_again_and_again_waits_as_long_as_the_apply_takes(LiveEngine engine)
    {
        using var shop = new LiveShop(engine, rows: 5000);
        var client = new Thread(() => Write(shop.Live.Address)) { IsBackground = true };
        client.Start();
        using (var workspace = Workspace.Open(shop.Folder, OperationHost.Options with { StepReached = Watch }, CancellationToken.None))
        {
            for (var round = 0; round < s_rounds; round++)
            {
                shop.Branch("b" + round, round % 40);
                var merge = new MergeRequest(BranchName.Parse("b" + round), BranchName.Main, false, []);
                Assert.Equal(MergeState.Merged, workspace.Merges.Merge(merge, CancellationToken.None).State);
            }
        }

        _isOver = true;
        client.Join();
        Assert.True(_waits.Count > 0);
        var excess = _applied.Select(a => Longest(a) - Stopwatch.GetElapsedTime(a.Begun, a.Ended).TotalMilliseconds).ToList();
        ProofMode.Tell(string.Create(CultureInfo.InvariantCulture, $"{engine}: {_applied.Count} merges, the longest apply took {_applied.Max(Length):0.0} ms, "
            + $"a client waited at most {excess.Max():0.0} ms longer than the apply it waited for; {_waits.Count} of its transactions, "
            + $"the longest {_waits.Max(Length):0.0} ms"));
        if (ProofMode.IsLong) Assert.True(excess.Max() <= Spare, $"{excess.Max()} ms");
    }

    /// <summary>The apply's own time, as a user of the database would count it: from when db-vc turns to it until it is committed.</summary>
    private void Watch(PublishStep step)
    {
        if (step == PublishStep.IntentWritten) _begun = Stopwatch.GetTimestamp();
        if (step == PublishStep.LiveCommitted) _applied.Add((_begun, Stopwatch.GetTimestamp()));
    }

    /// <summary>Writes rows that nobody else touches. It keeps no lock while it waits, and asks every tenth of a millisecond.</summary>
    private void Write(string path)
    {
        using var connection = KillableShop.Connect(path);
        connection.DefaultTimeout = 60;
        SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle, 0);
        for (var i = 0; !_isOver; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            while (SQLitePCL.raw.sqlite3_exec(connection.Handle, "BEGIN IMMEDIATE") != SQLitePCL.raw.SQLITE_OK) Thread.Sleep(TimeSpan.FromMilliseconds(0.1));
            using (var command = connection.CreateCommand())
            {
                command.CommandText = $"UPDATE items SET note = 'client {i}' WHERE order_id = 4998";
                command.ExecuteNonQuery();
            }

            while (SQLitePCL.raw.sqlite3_exec(connection.Handle, "COMMIT") != SQLitePCL.raw.SQLITE_OK) Thread.Sleep(TimeSpan.FromMilliseconds(0.1));
            _waits.Add((begun, Stopwatch.GetTimestamp()));
            Thread.Sleep(2);
        }
    }

    /// <summary>The longest wait that met this apply.</summary>
    private double Longest((long Begun, long Ended) apply) =>
        _waits.Where(w => w.Begun < apply.Ended && w.Ended > apply.Begun).Select(Length).DefaultIfEmpty(0).Max();

    private static double Length((long Begun, long Ended) time) => Stopwatch.GetElapsedTime(time.Begun, time.Ended).TotalMilliseconds;
}
