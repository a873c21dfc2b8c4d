using System.Diagnostics;

namespace DbVc.SystemTests;

/// <summary>
/// A client that transfers money without pause. It keeps a ledger: an entry whose transaction's COMMIT returned is acknowledged, and nobody may lose it.
/// </summary>
internal sealed class BankWriter(Bank bank, int number, int seed)
{
    private const long EntriesPerWriter = 100_000_000;

    private readonly Random _random = new(seed);
    private readonly List<(long Begun, long Ended)> _times = [];
    private readonly HashSet<long> _acknowledged = [];
    private readonly HashSet<long> _unknown = [];
    private volatile bool _isStopped;
    private volatile bool _isPaused;

    /// <summary>Entries whose transaction was said to be committed.</summary>
    public IReadOnlySet<long> Acknowledged => _acknowledged;

    /// <summary>Entries of which the connection was lost while they were committed.</summary>
    public IReadOnlySet<long> Unknown => _unknown;

    /// <summary>When each transaction that was committed began and ended, as <see cref="Stopwatch.GetTimestamp"/>; its repetitions included.</summary>
    public IReadOnlyList<(long Begun, long Ended)> Times => _times;

    public int Deadlocks { get; private set; }

    public int Busy { get; private set; }

    /// <summary>While it is, no new transaction is begun.</summary>
    public bool IsPaused
    {
        get => _isPaused;
        set => _isPaused = value;
    }

    /// <summary>Why it ended, if it did not end by <see cref="Stop"/>.</summary>
    public Exception? Failure { get; private set; }

    public static long NumberOf(long entry) => entry / EntriesPerWriter;

    public void Stop() => _isStopped = true;

    public void Run()
    {
        try
        {
            var entry = number * EntriesPerWriter;
            while (!_isStopped) WriteAll(ref entry);
        }
        catch (Exception failure)
        {
            Failure = failure;
        }
    }

    private void WriteAll(ref long entry)
    {
        try
        {
            using var client = bank.Live.Connect();
            while (!_isStopped)
            {
                while (_isPaused) Thread.Sleep(1);
                var begun = Stopwatch.GetTimestamp();
                Write(client, ++entry);
                _times.Add((begun, Stopwatch.GetTimestamp()));
            }
        }
        catch (LiveFailure failure) when (failure.Kind == LiveFailureKind.Lost)
        {
            // The server went away: another connection, as any application does.
            Thread.Sleep(20);
        }
    }

    private void Write(LiveClient client, long entry)
    {
        var payer = _random.Next(bank.Accounts) + 1;
        var payee = (payer + _random.Next(bank.Accounts - 1)) % bank.Accounts + 1;
        var amount = _random.Next(1, 50);
        while (true)
        {
            try
            {
                client.Execute(bank.Live.Begin);
                foreach (var statement in Bank.Transfer(entry, payer, payee, amount)) client.Execute(statement);
            }
            catch (LiveFailure failure) when (failure.Kind is LiveFailureKind.Busy or LiveFailureKind.Deadlock)
            {
                if (failure.Kind == LiveFailureKind.Busy) Busy++;
                else Deadlocks++;
                TryRollback(client);
                continue;
            }

            Commit(client, entry);
            return;
        }
    }

    private void Commit(LiveClient client, long entry)
    {
        try
        {
            client.Execute("COMMIT");
            _acknowledged.Add(entry);
        }
        catch (LiveFailure)
        {
            _unknown.Add(entry);
            throw;
        }
    }

    private static void TryRollback(LiveClient client)
    {
        try
        {
            client.Execute("ROLLBACK");
        }
        catch (LiveFailure failure) when (failure.Kind == LiveFailureKind.Other)
        {
            // The engine rolled it back already.
        }
    }
}
