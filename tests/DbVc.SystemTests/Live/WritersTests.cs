using System.Diagnostics;
using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>
/// Eight clients transfer money without pause while branches are made, changed, merged and rolled back. Money is neither made nor lost in any commit, and
/// no acknowledged write is gone unless a rollback was asked to undo it.
/// </summary>
public sealed class WritersTests
{
    private const int Writers = 8;
    private const int BranchEntries = 2_000_000_000;
    private static readonly int s_accounts = ProofMode.IsLong ? 20_000 : 5_000;
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(ProofMode.IsLong ? 20 : 2);
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(ProofMode.IsLong ? 60 : 8);

    public static TheoryData<LiveEngine> Engines => ProofMode.Engines([LiveEngine.SqliteWal, LiveEngine.Postgres15, LiveEngine.MariaDb]);

    [Theory]
    [MemberData(nameof(Engines))]
    public void No_acknowledged_write_is_lost_and_the_sum_is_right_in_every_commit(LiveEngine engine)
    {
        using var bank = new Bank(engine, s_accounts);
        var writers = Enumerable.Range(1, Writers).Select(i => new BankWriter(bank, i, ProofMode.Seed + i)).ToList();
        var threads = writers.Select(w => new Thread(w.Run) { IsBackground = true }).ToList();
        foreach (var thread in threads) thread.Start();
        Thread.Sleep(s_quiet);
        var burnedFrom = Stopwatch.GetTimestamp();
        if (ProofMode.IsLong) Burn();
        var story = new BankStory(bank, new Random(ProofMode.Seed));
        var busyFrom = Stopwatch.GetTimestamp();
        for (var round = 0; Stopwatch.GetElapsedTime(busyFrom) < s_busy; round++) story.Tell(round);
        RollBackInAPause(story, writers);
        foreach (var writer in writers) writer.Stop();
        foreach (var thread in threads) thread.Join();
        Assert.All(writers, w => Assert.True(w.Failure is null, w.Failure?.ToString()));

        bank.Succeed("commit", "-m", "The end");
        bank.Succeed("verify");
        using var workspace = Workspace.Open(bank.Folder, OperationHost.Options, CancellationToken.None);
        var commits = CheckHistory(workspace, bank, story, out var removed);
        CheckLedgers(bank, writers, removed);
        var times = new WriterTimes(writers, story, burnedFrom, busyFrom);
        ProofMode.Tell($"{engine}: seed {ProofMode.Seed}, {writers.Sum(w => w.Acknowledged.Count)} transfers acknowledged, {removed.Count} of them "
            + $"rolled back, {commits} commits right, {story}; deadlocks {writers.Sum(w => w.Deadlocks)}, busy {writers.Sum(w => w.Busy)}; {times}");
        if (!ProofMode.IsServer(engine)) Assert.Equal(0, writers.Sum(w => w.Busy));
        else if (ProofMode.IsLong) Assert.True(times.Ratio <= 2, times.ToString());
    }

    /// <summary>What takes processor time and no lock, for a comparison.</summary>
    private static void Burn()
    {
        using var burner = Process.Start("sh", ["-c", "while :; do :; done"]);
        Thread.Sleep(s_quiet);
        burner.Kill();
        burner.WaitForExit();
    }

    /// <summary>Where the engine cannot keep writers out, a rollback of rows that they write without pause gives up each time, as it should.</summary>
    private static void RollBackInAPause(BankStory story, List<BankWriter> writers)
    {
        if (story is { Merges: > 0, Rollbacks: > 0 }) return;
        foreach (var writer in writers) writer.IsPaused = true;
        story.TellInPause();
        foreach (var writer in writers) writer.IsPaused = false;
        Thread.Sleep(s_quiet / 4);
        Assert.True(story is { Merges: > 0, Rollbacks: > 0 }, story.ToString());
    }

    /// <summary>Every commit of main, by time travel; entries that it took away, which only a rollback may.</summary>
    private static int CheckHistory(Workspace workspace, Bank bank, BankStory story, out HashSet<long> removed)
    {
        removed = [];
        var all = workspace.History.Log(new LogRequest("HEAD", int.MaxValue, null, false)).ToDictionary(e => e.Commit.Id, e => e.Commit.Commit);
        var count = 0;
        for (CommitId? next = workspace.History.Find("HEAD").Commit.Id; next is { } id; count++)
        {
            var commit = all[id];
            Assert.True(Read(workspace, bank.SumQuery, id) == "", $"Commit {id.Short} ({commit.Message}) made or lost money.");
            Assert.Equal("", Read(workspace, Bank.BookQuery, id));
            next = commit.Parents.Count == 0 ? null : commit.Parents[0];
            if (next is not { } parent) continue;
            var gone = ListRemovedEntries(workspace, parent, id);
            var mayTake = story.RollbackCommits.Contains(id.ToString());
            Assert.True(gone.Count == 0 || mayTake, $"Commit {id.Short} ({commit.Message}) took {gone.Count} entries away.");
            removed.UnionWith(gone);
        }

        return count;
    }

    private static void CheckLedgers(Bank bank, List<BankWriter> writers, HashSet<long> removed)
    {
        using var client = bank.Live.Connect();
        Assert.Empty(client.Query(bank.SumQuery));
        Assert.Empty(client.Query(Bank.BookQuery));
        var live = client.Query("SELECT id FROM entries").Select(row => long.Parse(row[0]!, CultureInfo.InvariantCulture)).ToHashSet();
        foreach (var writer in writers)
        {
            var lost = writer.Acknowledged.Where(entry => !live.Contains(entry) && !removed.Contains(entry)).ToList();
            Assert.True(lost.Count == 0, $"{lost.Count} acknowledged writes are lost, the first is {lost.FirstOrDefault()}.");
        }

        var known = writers.SelectMany(w => w.Acknowledged.Concat(w.Unknown)).ToHashSet();
        Assert.DoesNotContain(live, entry => entry < BranchEntries && !known.Contains(entry));
    }

    private static string Read(Workspace workspace, string sql, CommitId commit)
    {
        using var answer = workspace.History.Query(new QueryRequest(sql, commit.ToString(), null, 10));
        return string.Join("; ", answer.Rows.Select(row => string.Join(' ', row)));
    }

    private static List<long> ListRemovedEntries(Workspace workspace, CommitId before, CommitId after)
    {
        using var diff = workspace.History.Diff(new DiffRequest(before.ToString(), after.ToString(), null, int.MaxValue), CancellationToken.None);
        return [.. diff.Tables.Where(t => t.Name == "entries").SelectMany(t => t.Rows).Where(r => r.After is null).Select(r => r.Before![0].AsInteger)];
    }
}
