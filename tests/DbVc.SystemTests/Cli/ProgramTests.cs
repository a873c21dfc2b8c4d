using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

public sealed class ProgramTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public async Task The_published_program_starts_and_shows_its_help()
    {
        var ended = await Published.RunAsync(Path.GetTempPath(), Nothing, "--help");
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Contains("usage: db-vc COMMAND", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', ended.Output);
    }

    [Fact]
    public async Task Errors_are_utf8_text_whatever_the_locale()
    {
        var ended = await Published.RunAsync(Path.GetTempPath(), new Dictionary<string, string> { ["LC_ALL"] = "de_DE.ISO-8859-1" }, "Zoë");
        Assert.Equal((2, ""), (ended.ExitCode, ended.Output));
        Assert.Contains("'Zoë'", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_an_error_is_a_document_on_standard_error()
    {
        var ended = await Published.RunAsync(Path.GetTempPath(), Nothing, "nonsense", "--json");
        Assert.Equal((2, ""), (ended.ExitCode, ended.Output));
        using var error = JsonDocument.Parse(ended.Error);
        Assert.Equal("usage", error.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_completion_that_the_scripts_call_answers()
    {
        var ended = await Published.RunAsync(Path.GetTempPath(), Nothing, "[suggest:9]", "db-vc com");
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("completion", ended.Output.Split('\n'));
    }
}
