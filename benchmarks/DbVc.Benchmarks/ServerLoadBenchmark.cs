using System.Globalization;
using DbVc.Databases;
using DbVc.Live;
using DbVc.TestServers;

namespace DbVc.Benchmarks;

/// <summary>
/// An empty database of a server filled from the store, schema and all, beside what the engine's own shell needs to load the same rows from a file into the
/// table that is there already.
/// </summary>
internal static class ServerLoadBenchmark
{
    private const string File = "people.tsv";
    private const string LoadSql = $"LOAD DATA LOCAL INFILE '{File}' INTO TABLE people";

    public static void Run(Bench bench)
    {
        foreach (var kind in new[] { ServerKind.Postgres18, ServerKind.MariaDb })
        {
            var server = bench.StartServer(kind);
            var source = ServerTable.Create(server, bench.Rows);
            Export(bench, server, source);
            using var repository = new EngineRepository(bench.NewFolder());
            ServerTable.Capture(source, repository);
            List<double> ours = [], cpu = [], shell = [];
            for (var round = 0; round < Bench.Rounds; round++)
            {
                shell.Add(LoadByShell(bench, server));
                var target = server.CreateDatabase();
                var before = Environment.CpuUsage.TotalTime;
                ours.Add(Bench.Time(() => Fill(repository, target)));
                cpu.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
                server.DropDatabase(target);
            }

            Bench.Print($"{kind}: the shell loads a file", shell);
            Bench.Print($"{kind}: filled from the store", ours, $"{Bench.Median(shell) / Bench.Median(ours):0.00} × the shell's speed "
                + $"(by round: {string.Join(' ', shell.Zip(ours, (theirs, mine) => $"{theirs / mine:0.00}"))})");
            Console.WriteLine($"  processor time of ours {Bench.Median(cpu):0.000} s");
        }
    }

    private static void Fill(EngineRepository repository, string target)
    {
        using var database = ServerTable.Open(target);
        var state = new LiveState("00000000000000000000000000000001", "bench", new string('1', 40), new string('2', 40));
        new StoreFill(database, TimeSpan.FromMinutes(1)).Run(repository.Repository.Chunks, repository.Main, state);
    }

    private static void Export(Bench bench, DatabaseServer server, string source)
    {
        if (server is PostgresServer)
        {
            Child.Program(bench.Folder, "psql", source, "-q", "-c", $@"\copy people TO '{File}'");
            return;
        }

        var rows = Child.Program(bench.Folder, "mariadb", [.. Login(source), "-N", "-B", "-e", "SELECT * FROM people"]);
        System.IO.File.WriteAllText(bench.PathOf(File), rows.Output);
    }

    private static double LoadByShell(Bench bench, DatabaseServer server)
    {
        var target = ServerTable.Create(server, 0);
        var seconds = server is PostgresServer
            ? Child.Program(bench.Folder, "psql", target, "-q", "-c", $@"\copy people FROM '{File}'").Seconds
            : Child.Program(bench.Folder, "mariadb", [.. Login(target), "--local-infile=1", "-e", LoadSql]).Seconds;
        server.DropDatabase(target);
        return seconds;
    }

    /// <summary>The password of a server that lives as long as the benchmark.</summary>
    private static string[] Login(string url)
    {
        var address = ServerAddress.Parse(url);
        var port = string.Create(CultureInfo.InvariantCulture, $"--port={address.Port}");
        return ["--no-defaults", "--host=127.0.0.1", port, $"--user={address.User}", $"--password={address.ReadPassword()}", address.Database!];
    }
}
