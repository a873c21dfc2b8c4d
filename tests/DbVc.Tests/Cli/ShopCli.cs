using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace DbVc.Tests;

/// <summary>Runs commands in process against a small shop, and keeps a transcript without what differs from run to run.</summary>
internal sealed partial class ShopCli : IDisposable
{
    private readonly System.Text.StringBuilder _transcript = new();

    /// <summary>The person at the keyboard must not depend on the machine.</summary>
    static ShopCli() => Environment.SetEnvironmentVariable("DBVC_AUTHOR", "Tess <tess@example.com>");

    public ShopRepository Shop { get; } = new();

    public string Transcript => _transcript.ToString();

    public async Task<Said> RunAsync(params string[] arguments)
    {
        var terminal = new FakeTerminal();
        var code = await terminal.RunAsync(["-C", Shop.Folder, .. arguments]);
        return new Said(code, terminal.Out, terminal.Error);
    }

    /// <summary>Runs a command and adds it, what it said and its exit code to the transcript.</summary>
    public async Task<Said> TellAsync(params string[] arguments)
    {
        var said = await RunAsync(arguments);
        var words = arguments.Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word);
        _transcript.Append(Normalize($"$ db-vc {string.Join(' ', words)}\n{said.Out}{said.Error}{(said.Code == 0 ? "" : $"(exit {said.Code})\n")}\n"));
        return said;
    }

    public async Task<JsonObject> JsonAsync(params string[] arguments)
    {
        var said = await RunAsync([.. arguments, "--json"]);
        Assert.Empty(said.Error);
        return JsonNode.Parse(said.Out)!.AsObject();
    }

    /// <summary>Compares the transcript with a file beside the tests; with DBVC_UPDATE_SNAPSHOTS=1 it writes the file instead.</summary>
    public void MatchesSnapshot(string name, [System.Runtime.CompilerServices.CallerFilePath] string thisFile = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(thisFile)!, "Snapshots", name + ".txt");
        if (Environment.GetEnvironmentVariable("DBVC_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Transcript);
        }

        Assert.Equal(File.ReadAllText(path), Transcript, ignoreLineEndingDifferences: true);
    }

    public void Dispose() => Shop.Dispose();

    /// <summary>Ids, times and folders differ from run to run; their places in a column do not, so widths are kept out too.</summary>
    private string Normalize(string text)
    {
        text = text.Replace(Shop.Folder, "<folder>", StringComparison.Ordinal);
        text = text.Replace($"logins {Environment.UserName}", "logins <login>", StringComparison.Ordinal);
        text = Ids().Replace(text, "<id>");
        text = Times().Replace(text, "<time>");
        text = Sizes().Replace(text, "$1 <n>");
        return TrailingSpace().Replace(text, "");
    }

    [GeneratedRegex(@"(?<![\w.])[0-9a-f]{8,64}\b")]
    private static partial Regex Ids();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d\.\d+Z)?")]
    private static partial Regex Times();

    [GeneratedRegex(@"(""bytes"":|""chunks"":|chunks?,|commits?,|packs?:) [0-9,]*[0-9]")]
    private static partial Regex Sizes();

    [GeneratedRegex(@"[ ]+$", RegexOptions.Multiline)]
    private static partial Regex TrailingSpace();
}

/// <summary>How a command ended and what it said.</summary>
internal sealed record Said(int Code, string Out, string Error);
