using System.Globalization;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>
/// How long the proof runs: in the test suite briefly; with <c>DBVC_LONG=1</c> as long as <c>docs/reliability.md</c> says, on every engine.
/// <c>DBVC_SEED</c> repeats a run's random choices, <c>DBVC_ENGINES</c> names the engines, separated by commas.
/// </summary>
internal static class ProofMode
{
    /// <summary>The engines that the product can do by now.</summary>
    private static readonly LiveEngine[] s_ready = [LiveEngine.Sqlite, LiveEngine.SqliteWal, LiveEngine.Postgres15, LiveEngine.Postgres18, LiveEngine.MariaDb];

    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("DBVC_LONG") == "1";

    public static int Seed { get; } = Environment.GetEnvironmentVariable("DBVC_SEED") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : Environment.TickCount;

    /// <summary>How often something is tried: as the mode says, or as <c>DBVC_ROUNDS</c> does.</summary>
    public static int Rounds(int whole, int brief) => Environment.GetEnvironmentVariable("DBVC_ROUNDS") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : IsLong ? whole : brief;

    /// <summary>Each of these engines, or those that the run was told to take.</summary>
    public static TheoryData<LiveEngine> Engines(IEnumerable<LiveEngine> brief)
    {
        var wanted = Environment.GetEnvironmentVariable("DBVC_ENGINES") is { Length: > 0 } text ? text.Split(',').Select(Enum.Parse<LiveEngine>) : null;
        return [.. wanted ?? (IsLong ? s_ready : s_ready.Intersect(brief))];
    }

    /// <summary>The same without the engines that have no server.</summary>
    public static TheoryData<LiveEngine> Servers(IEnumerable<LiveEngine> brief) => [.. Engines(brief).Select(row => row.Data).Where(IsServer)];

    public static bool IsServer(LiveEngine engine) => engine is not (LiveEngine.Sqlite or LiveEngine.SqliteWal);

    /// <summary>A figure for people: with the test's output, and in long mode where it can be seen at once.</summary>
    public static void Tell(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Error.WriteLine(line);
    }
}
