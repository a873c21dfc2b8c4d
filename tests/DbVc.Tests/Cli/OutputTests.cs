using System.Text;
using DbVc.Commands;
using DbVc.Documents;
using Xunit;

namespace DbVc.Tests;

public sealed class OutputTests
{
    [Fact]
    public void Piped_lines_and_tables_are_plain()
    {
        var terminal = new FakeTerminal();
        var output = terminal.Output();
        output.Line(Piece.Good("done"), " in ", Piece.Id("abc"));
        output.Table(new TextTable("table", "#rows", "note")
            .Add("users", "1,234", "")
            .Add(Piece.Strong("東京"), "7", "x"));
        Assert.Equal("done in abc\ntable   rows  note\nusers  1,234\n東京       7  x\n", terminal.Out);
    }

    [Fact]
    public void A_terminal_gets_colours_and_a_drawn_table()
    {
        var terminal = new FakeTerminal(isLive: true);
        var output = terminal.Output();
        output.Line(Piece.Bad("no"), " way");
        output.Table(new TextTable("table").Add("[users]"));
        Assert.StartsWith("\x1b[31mno\x1b[0m way\n", terminal.Out);
        Assert.Contains("[users]", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("╭", terminal.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void With_json_there_is_one_document_and_nothing_else()
    {
        var terminal = new FakeTerminal();
        var output = terminal.Output(isJson: true);
        output.Line("for people");
        output.Block("for people");
        output.Table(new TextTable("a").Add("b"));
        output.Json(new BranchFileDocument("Zoë", "<&>", "'+"));
        Assert.Equal("{\n  \"branch\": \"Zoë\",\n  \"path\": \"<&>\",\n  \"text\": \"'+\"\n}\n", terminal.Out);
    }

    [Theory]
    [InlineData("Zoë 🚀", "Zoë 🚀")]
    [InlineData("a\x1b[31mb", "a\\u001b[31mb")]
    [InlineData("a\nb\tc\r", "a\\nb\\tc\\r")]
    [InlineData("a\u202eb", "a\\u202eb")]
    [InlineData("a\u0085\u009bb\x7f", "a\\u0085\\u009bb\\u007f")]
    public void Text_from_outside_cannot_steer_the_terminal(string text, string shown)
    {
        Assert.Equal(shown, Printable.Line(text));
        var terminal = new FakeTerminal();
        terminal.Output().Table(new TextTable("h").Add(text));
        Assert.Equal($"h\n{shown}\n", terminal.Out);
        terminal = new FakeTerminal();
        terminal.Output().ErrorLine(text);
        Assert.Equal(shown + "\n", terminal.Error);
    }

    [Fact]
    public void A_block_keeps_its_lines() => Assert.Equal("a\n\tb\\u001b\n", Printable.Block("a\n\tb\x1b\n"));

    [Fact]
    public void Characters_that_are_split_between_writes_stay_whole()
    {
        var written = new StringWriter();
        using var stream = new TextStream(written);
        var text = string.Concat(Enumerable.Repeat("aé東🚀", 700));
        foreach (var part in Encoding.UTF8.GetBytes(text).Chunk(3)) stream.Write(part);
        Assert.Equal(text, written.ToString());
    }

    [Fact]
    public void Piped_progress_is_a_line_per_step_with_rate_and_time()
    {
        var terminal = new FakeTerminal();
        var clock = new SteppedClock();
        var progress = new PlainProgress(terminal.Output(), clock);
        progress.Begin("analyze");
        progress.End(succeeded: true, "4 columns");
        progress.Begin("load");
        clock.Advance(TimeSpan.FromSeconds(2));
        progress.Report(50_000, 100_000, "rows");
        progress.Begin("gate lint");
        progress.End(succeeded: false, "2 findings");
        Assert.Equal(
            "✓ analyze  4 columns · 0.0 s\n✓ load  50,000 rows · 25,000 rows/s · 2.0 s\n✗ gate lint  2 findings · 0.0 s\n", terminal.Out);
    }

    [Fact]
    public void A_running_step_says_how_long_it_still_takes()
    {
        var clock = new SteppedClock();
        var pace = new Pace(clock);
        clock.Advance(TimeSpan.FromSeconds(4));
        pace.Report(1_000_000, 4_000_000, "rows");
        Assert.Equal("1,000,000 rows · 250,000 rows/s · 12 s left", pace.Describe(running: true));
        Assert.Equal("3 min 20 s", Pace.Seconds(TimeSpan.FromSeconds(200)));
    }

    [Fact]
    public async Task Live_progress_leaves_the_finished_steps_on_the_screen()
    {
        var terminal = new FakeTerminal(isLive: true);
        var result = await terminal.Output().WithProgressAsync(progress =>
        {
            progress.Begin("analyze [metadata]");
            progress.End(succeeded: true, "4 columns");
            progress.Begin("gate lint");
            progress.Report(1, 2, "files");
            progress.End(succeeded: false, "2 findings");
            return Task.FromResult(42);
        });
        Assert.Equal(42, result);
        var last = terminal.Out[terminal.Out.LastIndexOf('✓')..];
        Assert.Matches(@"analyze \[metadata\]  .*4 columns", last);
        Assert.Matches(@"✗.*gate lint  .*2 findings", last);
    }

    [Fact]
    public async Task What_work_throws_comes_out_of_its_progress() => await Assert.ThrowsAsync<InvalidDataException>(() =>
        new FakeTerminal(isLive: true).Output().WithProgressAsync<int>(progress =>
        {
            progress.Begin("load");
            throw new InvalidDataException();
        }));

    /// <summary>A clock that moves only when told to.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
