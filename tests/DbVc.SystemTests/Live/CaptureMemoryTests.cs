using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>
/// A capture needs so much memory, however much there is to read: db-vc runs with a heap that the runtime lets grow no further, on a database several times
/// as large, of rows that come in the order of their tree and of rows that have to be sorted. What drivers hold outside of the heap counts as well.
/// </summary>
public sealed class CaptureMemoryTests : IDisposable
{
    private const long HeapLimit = 180L << 20;
    private const long MostResident = 400L << 20;
    private const int Ordered = 300_000;
    private const int Loose = 120_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-memory-").FullName;

    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task A_database_of_600_MB_is_captured_and_verified_with_a_heap_of_180_MB(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine, new DbVc.TestServers.ServerOptions());
        live.Execute(Fill(engine));
        await SucceedAsync("init", "--database", live.Address);
        // The table without key is read and sorted once more, and compared with what was captured.
        live.Execute("UPDATE ordered SET body = 'changed' WHERE id = 7;\nINSERT INTO loose VALUES ('came', 'later');\n");
        var output = await SucceedAsync("commit", "-m", "Changed", "--json");
        Assert.Contains("\"commit\": \"", output, StringComparison.Ordinal);
        await SucceedAsync("verify");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Rows of 1.5 KB, which PostgreSQL does not compress.</summary>
    private static string Fill(LiveEngine engine)
    {
        var (numbers, text, word) = engine switch
        {
            LiveEngine.MariaDb => ("(SELECT seq AS i FROM seq_1_to_ROWS) n", "repeat(md5(i), 46)", "md5(i)"),
            LiveEngine.Postgres18 => ("generate_series(1, ROWS) i", "repeat(md5(i::text), 46)", "md5(i::text)"),
            _ => ("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ROWS) SELECT i FROM n)", "printf('%.*c', 1472, 'x') || i",
                "hex(randomblob(16))"),
        };
        return "CREATE TABLE ordered (id integer PRIMARY KEY, body varchar(2000));\nCREATE TABLE loose (word varchar(40), body varchar(2000));\n"
            + $"INSERT INTO ordered SELECT i, {text} FROM {From(Ordered)};\nINSERT INTO loose SELECT {word}, {text} FROM {From(Loose)};\n";

        string From(int rows) => numbers.Replace("ROWS", rows.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private async Task<string> SucceedAsync(params string[] arguments)
    {
        var limit = HeapLimit.ToString("X", CultureInfo.InvariantCulture);
        var process = Published.Start(_folder, new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = limit, ["DOTNET_gcServer"] = "0" }, arguments);
        var ended = Published.EndAsync(process);
        var peak = 0L;
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, ReadPeak(process));
            await Task.WhenAny(ended, Task.Delay(20));
        }

        var (code, output, error) = await ended;
        Assert.True(code == 0, error + output);
        Assert.True(peak < MostResident, $"{arguments[0]} had {peak >> 20} MB in memory.");
        return output;
    }

    /// <summary>The most that was resident so far; 0 for a process that has ended.</summary>
    private static long ReadPeak(Process process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) << 10;
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            return 0;
        }
    }
}
