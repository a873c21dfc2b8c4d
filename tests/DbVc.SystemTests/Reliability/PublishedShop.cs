using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A folder with a live database, and the published program run in it as a user runs it.</summary>
internal sealed class PublishedShop : IDisposable
{
    private static readonly Dictionary<string, string> s_environment = new() { ["DBVC_AUTHOR"] = "Tess <tess@example.com>" };
    public PublishedShop(string schema = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);")
    {
        Folder = Directory.CreateTempSubdirectory("dbvc-shop-").FullName;
        KillableShop.Execute(Database, schema);
    }

    public string Folder { get; }

    /// <summary>After which a command that does not end is ended.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    public string Database => At("shop.db");

    public string At(string name) => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Writes a source of numbered people and metadata for it.</summary>
    public string Metadata(string name, int records, string table = "people")
    {
        File.WriteAllLines(At(name + ".csv"), Enumerable.Range(1, records).Select(i => $"{i},Name {i}").Prepend("id,name"));
        return Metadata(name, name + ".csv", table);
    }

    public string Metadata(string name, string location, string table)
    {
        File.WriteAllText(At(name + ".json"), $$"""
            {"source": {"type": "csv", "location": "{{location}}"}, "destination": {"table": "{{table}}"},
             "schema": {"id": {"type": "integer", "primary_key": true}, "name": "string"} }
            """);
        return name + ".json";
    }

    public async Task<Ended> RunAsync(params string[] arguments)
    {
        var process = Start(arguments);
        using var watch = new Timer(_ => process.Kill(entireProcessTree: true), null, Patience, Timeout.InfiniteTimeSpan);
        return await Published.EndAsync(process);
    }

    public Process Start(params string[] arguments) => Published.Start(Folder, s_environment, arguments);

    public async Task<Ended> SucceedsAsync(params string[] arguments)
    {
        var ended = await RunAsync(arguments);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', arguments)}: {ended.ExitCode} {ended.Error}{ended.Output}");
        return ended;
    }

    /// <summary>The command ends by itself with this code and says this; nothing of it is the program's own bewilderment.</summary>
    public async Task FailsAsync(int code, string message, params string[] arguments)
    {
        var ended = await RunAsync(arguments);
        Assert.True(ended.ExitCode == code && ended.Error.Contains(message, StringComparison.Ordinal)
            && !ended.Error.Contains("unexpected", StringComparison.Ordinal),
            $"{string.Join(' ', arguments)} ended with {ended.ExitCode}: {ended.Error}{ended.Output}");
    }

    /// <summary>The text of a key of the document that a command prints.</summary>
    public async Task<string> AskAsync(string key, params string[] arguments)
    {
        using var document = JsonDocument.Parse((await SucceedsAsync([.. arguments, "--json"])).Output);
        return document.RootElement.GetProperty(key).ToString();
    }

    /// <summary>Starts a command and sends it a signal when it has printed so many lines; how it ended, null if it was through first.</summary>
    public async Task<Ended?> SignalAfterAsync(string signal, int lines, params string[] arguments)
    {
        var process = Start(arguments);
        for (var line = 0; line < lines; line++)
        {
            if (await process.StandardOutput.ReadLineAsync() is null) break;
        }

        return await SignalAsync(signal, process);
    }

    public async Task<Ended?> SignalAfterAsync(string signal, TimeSpan delay, params string[] arguments)
    {
        var process = Start(arguments);
        return process.WaitForExit(delay) ? null : await SignalAsync(signal, process);
    }

    /// <summary>What must hold whatever became of the command before.</summary>
    public async Task CheckWholeAsync()
    {
        Assert.Equal("True", await AskAsync("clean", "status"));
        await SucceedsAsync("verify");
        // Hashes of pages stay for the next command; what a killed one left of them, whoever writes the next ones removes.
        var left = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/scratch/pages/", StringComparison.Ordinal)
            && (f.Contains(".new", StringComparison.Ordinal) || f.Contains("/scratch/", StringComparison.Ordinal)
                || f.Contains(".init/", StringComparison.Ordinal)));
        Assert.Empty(left);
    }

    private static async Task<Ended?> SignalAsync(string signal, Process process)
    {
        using (var kill = Process.Start(new ProcessStartInfo("kill", ["-" + signal, $"{process.Id}"]) { RedirectStandardError = true })!)
        {
            await kill.WaitForExitAsync();
        }

        var ended = await Published.EndAsync(process);
        return ended.ExitCode == 0 ? null : ended;
    }
}
