using System.Collections.Concurrent;
using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>Fifty branches in one queue, while applications write to the live database, against a model of what must come of it.</summary>
public sealed class FiftyBranchesTests : IDisposable
{
    private const int Branches = 50;
    private const int Counters = 3;
    private const int SharedKeys = 8;

    private const string Schema = """
        CREATE TABLE ledger (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL);
        CREATE TABLE counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL);
        CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT);
        INSERT INTO counters VALUES ('c0', 0), ('c1', 0), ('c2', 0);
        INSERT INTO ledger (uid, amount) VALUES ('first', 1);
        """;

    private readonly ShopRepository _shop = new(Schema);
    private readonly int _seed = Environment.TickCount;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Nothing_is_lost_nothing_comes_twice_and_only_contradictions_wait()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {_seed}");
        Workspace.Settings(_shop.Folder).Set("merge.policies", ["counters.n=delta"]);
        _shop.Reopen();
        var agents = Make(new Random(_seed));
        Parallel.ForEach(agents.Chunk(Branches / 4), AddToQueue);

        var live = new Application(_shop.Database);
        var first = Run(live);
        var order = first.Select(e => agents.Single(a => a.Name == e.Branch)).ToList();
        var model = new Model(order);
        Require(string.Join(' ', order.Select(a => $"{a.Name}:{(model.Waiting.Contains(a) ? "conflicts" : "landed")}")),
            string.Join(' ', first.Select(e => $"{e.Branch}:{e.State.ToString().ToLowerInvariant()}{e.Reason?[..Math.Min(60, e.Reason.Length)]}")
                .Select(t => t.Contains(":conflicts", StringComparison.Ordinal) ? t[..(t.IndexOf(":conflicts", StringComparison.Ordinal) + 10)] : t)));
        Check(model.Landed, model, live);

        // Main's side of what they contradict; all else that they did comes in.
        foreach (var merge in _shop.Workspace.Merges.Status())
            _shop.Workspace.Merges.Resolve(new ResolveRequest(merge.Id, null, new Resolution(ResolutionKind.Target)));
        var second = Run(live);
        Assert.Equal(model.Waiting.Count, second.Count);
        Assert.All(second, e => Assert.Equal((QueueState.Landed, (string?)null), (e.State, e.Reason)));
        Check(order, model, live);
        CheckHistory(order);
    }

    /// <summary>One branch each, which all begin at the same commit.</summary>
    private List<Agent> Make(Random random)
    {
        var agents = new List<Agent>();
        for (var i = 0; i < Branches; i++)
        {
            var agent = new Agent($"agent-{i}", random.Next(1, 4), random.Next(Counters), random.Next(1, 10),
                random.Next(3) == 0 ? random.Next(SharedKeys) : null, random.Next(2) == 0 ? "one" : "two", random.Next(8) == 0);
            agents.Add(agent);
            _shop.Branch(agent.Name, agent.Sql);
        }

        return agents;
    }

    private void AddToQueue(Agent[] agents)
    {
        using var workspace = Workspace.Open(_shop.Folder, ShopRepository.Options, CancellationToken.None);
        foreach (var agent in agents) workspace.Queue.Add([BranchName.Parse(agent.Name)]);
    }

    private List<QueueEntry> Run(Application live)
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2).Select(w => Task.Run(() => live.Write(w, stop.Token))).ToArray();
        try
        {
            return [.. _shop.Workspace.Queue.Run(new Silence(), _ => { }, CancellationToken.None).Entries];
        }
        finally
        {
            stop.Cancel();
            Task.WaitAll(writers);
        }
    }

    private void Check(IReadOnlyCollection<Agent> landed, Model model, Application live)
    {
        _ = _shop.Workspace.Branches.Commit(BranchName.Main, "What is there", null, CancellationToken.None);
        var rows = landed.SelectMany(a => a.Uids.Select(uid => (uid, a.Amount))).Concat(live.Rows.Select(uid => (uid, 1))).Append(("first", 1));
        Require(Lines(rows.Select(r => $"{r.Item1} {r.Item2}")), Lines(Ask("SELECT uid || ' ' || amount FROM ledger")));
        Require("0", Ask("SELECT count(*) - count(DISTINCT id) FROM ledger").Single());
        Require(Lines(Enumerable.Range(0, Counters).Select(c => $"c{c} {landed.Where(a => a.Counter == c).Sum(a => a.Amount) + live.Counts[c]}")),
            Lines(Ask("SELECT name || ' ' || n FROM counters")));
        Require(Lines(landed.Select(a => $"own-{a.Name} {a.Value}").Concat(model.Facts.Select(f => $"{f.Key} {f.Value}"))),
            Lines(Ask("SELECT name || ' ' || value FROM facts")));
        var tables = landed.Any(a => a.MakesTable) ? 1 : 0;
        Require($"{tables}", Ask("SELECT count(*) FROM sqlite_master WHERE name = 'visits'").Single());
        if (tables > 0) Require(Lines(landed.Where(a => a.MakesTable).Select(a => a.Name)), Lines(Ask("SELECT agent FROM visits")));
    }

    /// <summary>Each landed once, by one commit of main, in the order of the queue.</summary>
    private void CheckHistory(List<Agent> agents)
    {
        var titles = _shop.Workspace.History.Log(new LogRequest("main", 100_000, null, AllBranches: false))
            .Select(e => e.Commit.Commit.Message.Split('\n')[0]).Where(t => t.StartsWith("Merge branch", StringComparison.Ordinal)).ToList();
        Require(Lines(agents.Select(a => $"Merge branch '{a.Name}'")), Lines(titles));
        Assert.Empty(_shop.Workspace.Queue.List());
        Assert.Empty(_shop.Workspace.Merges.Status());
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
    }

    private List<string> Ask(string sql)
    {
        using var connection = Application.Open(_shop.Database);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read()) found.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        return found;
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    private void Require(string expected, string actual) =>
        Assert.True(expected == actual, $"seed {_seed}\nmodel:\n{expected}\nengine:\n{actual}");

    /// <summary>What one agent does on its branch.</summary>
    private sealed record Agent(string Name, int Rows, int Counter, int Amount, int? SharedKey, string Value, bool MakesTable)
    {
        public IEnumerable<string> Uids => Enumerable.Range(0, Rows).Select(r => $"{Name}/{r}");

        public string Sql => string.Concat(Uids.Select(uid => $"INSERT INTO ledger (uid, amount) VALUES ('{uid}', {Amount});"))
            + $"UPDATE counters SET n = n + {Amount} WHERE name = 'c{Counter}'; INSERT INTO facts VALUES ('own-{Name}', '{Value}');"
            + (SharedKey is { } key ? $"INSERT INTO facts VALUES ('shared-{key}', '{Value}');" : "")
            + (MakesTable ? $"CREATE TABLE visits (agent TEXT PRIMARY KEY); INSERT INTO visits VALUES ('{Name}');" : "");
    }

    /// <summary>Who lands in the first run, and who has to wait because somebody before said something else under the same key.</summary>
    private sealed class Model
    {
        public Model(IEnumerable<Agent> order)
        {
            foreach (var agent in order)
            {
                if (agent.SharedKey is not { } key || Facts.TryAdd($"shared-{key}", agent.Value) || Facts[$"shared-{key}"] == agent.Value) Landed.Add(agent);
                else Waiting.Add(agent);
            }
        }

        public List<Agent> Landed { get; } = [];

        public HashSet<Agent> Waiting { get; } = [];

        public Dictionary<string, string> Facts { get; } = [];
    }

    /// <summary>A program that writes to the live database, and remembers what the database took.</summary>
    private sealed class Application(string path)
    {
        private int _next;

        public ConcurrentBag<string> Rows { get; } = [];

        public int[] Counts { get; } = new int[Counters];

        public static SqliteConnection Open(string path)
        {
            var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 60 }.ToString());
            connection.Open();
            return connection;
        }

        public void Write(int writer, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                var number = Interlocked.Increment(ref _next);
                var (uid, counter) = ($"live/{writer}/{number}", number % Counters);
                using (var connection = Open(path))
                using (var command = connection.CreateCommand())
                {
                    command.CommandText = $"BEGIN IMMEDIATE; INSERT INTO ledger (uid, amount) VALUES ('{uid}', 1); "
                        + $"UPDATE counters SET n = n + 1 WHERE name = 'c{counter}'; COMMIT";
                    command.ExecuteNonQuery();
                }

                Rows.Add(uid);
                Interlocked.Increment(ref Counts[counter]);
                Thread.Sleep(25);
            }
        }
    }
}
