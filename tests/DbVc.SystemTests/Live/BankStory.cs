using System.Diagnostics;
using System.Globalization;

namespace DbVc.SystemTests;

/// <summary>What db-vc is asked to do while the clients write: branches made, changed, committed, merged, deleted; main rolled back.</summary>
internal sealed class BankStory(Bank bank, Random random)
{
    private const int Locked = 5;
    private const long FirstEntry = 2_000_000_000;
    private readonly List<(long Begun, long Ended)> _merges = [];
    private readonly HashSet<string> _rollbackCommits = [];
    private long _entry = FirstEntry;

    public int Merges { get; private set; }

    public int Rollbacks { get; private set; }

    /// <summary>Merges and rollbacks that gave up because rows kept moving.</summary>
    public int GaveUp { get; private set; }

    /// <summary>When a merge or a rollback ran.</summary>
    public IReadOnlyList<(long Begun, long Ended)> Publishing => _merges;

    /// <summary>Commits that take main back.</summary>
    public IReadOnlySet<string> RollbackCommits => _rollbackCommits;

    /// <summary>A branch is made, changed and merged; each third time main is rolled back after it.</summary>
    public void Tell(int round)
    {
        Merge("b" + round.ToString(CultureInfo.InvariantCulture));
        if (round % 3 == 1) RollBack(random.Next(1, 3));
    }

    /// <summary>The same while the clients hold still: one of each.</summary>
    public void TellInPause()
    {
        Merge("pause");
        RollBack(2);
    }

    public override string ToString() => $"{Merges} merges, {Rollbacks} rollbacks, {GaveUp} given up";

    private void Merge(string branch)
    {
        bank.Succeed("branch", "create", branch);
        Change(bank.Ask("database", "branch", "show", branch));
        bank.Succeed("commit", "--branch", branch, "-m", "Change " + branch);
        if (TryPublish("branch", "merge", branch, "--yes", "--policy", "accounts.balance=delta") is not null) Merges++;
        bank.Succeed("branch", "delete", branch);
    }

    private void RollBack(int generations)
    {
        if (TryPublish("rollback", "--to-commit", "HEAD~" + generations.ToString(CultureInfo.InvariantCulture)) is not { } ended) return;
        using var document = System.Text.Json.JsonDocument.Parse(ended.Output);
        if (document.RootElement.GetProperty("commit").GetString() is not { } commit) return;
        _rollbackCommits.Add(commit);
        Rollbacks++;
    }

    private void Change(string location)
    {
        using var client = bank.Live.Connect(location);
        for (var i = 0; i < 5; i++)
        {
            var payer = random.Next(bank.Accounts - 1) + 1;
            client.Execute(bank.Live.Begin);
            foreach (var statement in Bank.Transfer(_entry++, payer, payer + 1, 7)) client.Execute(statement);
            client.Execute($"UPDATE accounts SET label = 'branch {_entry}' WHERE id = {random.Next(bank.Accounts) + 1}");
            client.Execute("COMMIT");
        }
    }

    private Ended? TryPublish(params string[] arguments)
    {
        var begun = Stopwatch.GetTimestamp();
        var ended = bank.Run([.. arguments, "--json"]);
        _merges.Add((begun, Stopwatch.GetTimestamp()));
        if (ended.ExitCode == 0) return ended;
        if (ended.ExitCode != Locked) throw new InvalidOperationException($"{arguments[0]} ended with {ended.ExitCode}: {ended.Error}{ended.Output}");
        GaveUp++;
        return null;
    }
}
