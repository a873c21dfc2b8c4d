using System.Diagnostics;
using DbVc.TestServers;

namespace DbVc.Benchmarks;

/// <summary>One benchmark's folder and its way of measuring: alternating rounds, medians, ratios.</summary>
internal sealed class Bench : IDisposable
{
    /// <summary>Measured rounds: five, or <c>DBVC_ROUNDS</c> where a profiler needs more of them.</summary>
    public static int Rounds { get; } = int.TryParse(Environment.GetEnvironmentVariable("DBVC_ROUNDS"), out var rounds) && rounds > 0 ? rounds : 5;

    private readonly List<DatabaseServer> _servers = [];

    /// <summary>Rows of the tables, where a benchmark lets that be chosen.</summary>
    public int Rows { get; init; } = 1_000_000;

    public string Folder { get; } = Directory.CreateTempSubdirectory("dbvc-bench-").FullName;

    public static string LoadAverage() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    /// <summary>A fresh, empty folder.</summary>
    public string NewFolder()
    {
        var path = Path.Combine(Folder, Path.GetRandomFileName());
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Starts a server of this benchmark's own, with every commit on the disk as in production, and memory for a table of a million rows.</summary>
    public DatabaseServer StartServer(ServerKind kind)
    {
        var server = DatabaseServer.Start(kind, new ServerOptions(Durable: true)
        {
            Settings = kind == ServerKind.MariaDb
                ? new Dictionary<string, string> { ["innodb_buffer_pool_size"] = "1G", ["innodb_log_file_size"] = "1G" }
                : new Dictionary<string, string> { ["shared_buffers"] = "1GB", ["max_wal_size"] = "4GB" },
        });
        _servers.Add(server);
        return server;
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public static double Time(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>Prints one figure: median, least and most, all in seconds.</summary>
    public static void Print(string what, IReadOnlyList<double> seconds, string note = "") =>
        Console.WriteLine($"{what,-62} {Median(seconds),8:0.000} s   ({seconds.Min():0.000} to {seconds.Max():0.000}) {note}");

    public void Dispose()
    {
        foreach (var server in _servers) server.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
