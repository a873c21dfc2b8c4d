using System.Globalization;
using DbVc.TestServers;

namespace DbVc.Benchmarks;

/// <summary>A server of the benchmark's own.</summary>
internal abstract class ServerEngine(string name, DatabaseServer server) : LiveEngine(name)
{
    // Of the system's clock, in which /proc counts.
    private const double TicksPerSecond = 100;

    public override string Location { get; } = server.CreateDatabase();

    protected DatabaseServer Server => server;

    /// <summary>An empty database.</summary>
    public string CreateDatabase() => server.CreateDatabase();

    /// <summary>What gives rows with one column <c>i</c>, in a FROM.</summary>
    public abstract string Numbers(long first, int count);

    /// <summary>How long <c>SELECT *</c> of the table takes, each cell taken with its own type.</summary>
    public abstract double Select();

    /// <summary>Runs statements one after the other on a connection of their own.</summary>
    public abstract Written Run(string location, IEnumerable<string> statements);

    /// <param name="process">Whose processor time counts.</param>
    /// <param name="action">What is measured.</param>
    protected static Written Measure(int process, Action action)
    {
        var before = ReadCpu(process);
        var seconds = Bench.Time(action);
        return new Written(seconds, ReadCpu(process) - before);
    }

    private static double ReadCpu(int process)
    {
        // The second field is a name that may have spaces, in parentheses.
        var text = File.ReadAllText($"/proc/{process}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}

/// <summary>How long statements took.</summary>
/// <param name="Seconds">By the clock, connecting not counted.</param>
/// <param name="ServerCpu">Processor time of the server: of the connection's process on PostgreSQL, of all of it on MariaDB.</param>
internal sealed record Written(double Seconds, double ServerCpu);
