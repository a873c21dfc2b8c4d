using System.Net;
using System.Net.Sockets;
using DbVc.Models;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>Every provider over real HTTP, against a server that speaks the vendor's wire format and misbehaves.</summary>
public sealed class ProviderTests
{
    public static TheoryData<string> Words => [.. ModelWire.All.Select(w => w.Word)];

    public static TheoryData<string, string> Cases =>
        [.. from wire in ModelWire.All from name in ModelCases.All.Keys select (wire.Word, name)];

    [Fact]
    public void No_protocol_is_left_out_of_this_suite()
    {
        Assert.Equal(Enum.GetValues<ModelProtocol>(), ProtocolTable.All.Select(p => p.Protocol));
        Assert.Equal(ProtocolTable.Words, ModelWire.All.Select(w => w.Word));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whatever_a_server_does_a_whole_answer_comes_or_a_failure_with_its_name(string word, string name)
    {
        var (wire, script) = (ModelWire.Of(word), ModelCases.All[name]);
        using var server = new ApiTestServer(q => script.Answer(wire, q.Number));
        var asked = new Asked(wire) { LargestAnswer = 200_000 };

        var came = asked.Ask(server.Root);

        if (script.Expected.StartsWith("model.", StringComparison.Ordinal)) Assert.StartsWith(script.Expected, came, StringComparison.Ordinal);
        else Assert.Equal(script.Expected, came);
        Assert.Equal(script.Times, server.Asked.Count);
        Assert.DoesNotContain(Asked.Key, came + string.Join(' ', asked.Notices), StringComparison.Ordinal);
        if (script.Waits is { } waits) Assert.Equal(waits, asked.Clock.Waits.Select(w => w.TotalSeconds));
        else Assert.Equal(Math.Max(0, asked.Clock.Waits.Count), asked.Notices.Count(n => n.Contains("asked again", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_request_holds_the_conversation_and_nothing_about_this_machine(string word)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(_ => wire.Answer(new WireAnswer("Yes.") { InputTokens = 1234, OutputTokens = 56 }));
        var asked = new Asked(wire);
        Assert.Equal("Yes.", asked.Ask(server.Root));
        Assert.Equal((1234, 56), (asked.Usage!.InputTokenCount, asked.Usage.OutputTokenCount));

        var question = Assert.Single(server.Asked);
        Assert.Equal(("POST", wire.Path), (question.Method, question.Path));
        Assert.Equal(wire.Key.Before + Asked.Key, question.Headers[wire.Key.Header]);
        string[] known = ["Host", "Content-Type", "Content-Length", "Accept", "Accept-Encoding", "User-Agent", "anthropic-version", wire.Key.Header];
        Assert.Empty(question.Headers.Keys.Except(known, StringComparer.OrdinalIgnoreCase));
        Assert.Equal("db-vc", question.Headers["User-Agent"]);
        var read = wire.Read(question.Body);
        Assert.Equal("m", read.Model);
        Assert.Equal(["read_file", "analyze"], read.Tools);
        Assert.Empty(read.StrictTools);
        Assert.Equal(["You build one data pipeline.", "The task.", "I look.", "", "", ""], read.Messages.Select(m => m.Text));
        Assert.Equal(["c-1 read_file", "c-2 finish"], read.Messages.SelectMany(m => m.Calls).Select(c => $"{c.Id} {c.Tool}"));
        Assert.Equal([("c-1", 20_011), ("c-2", 14)], read.Messages.SelectMany(m => m.Results).Select(r => (r.Id, r.Text.Length)));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_key_may_go_in_another_header_with_a_version_in_the_address(string word)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(_ => wire.Answer(new WireAnswer("Yes.")));
        new Asked(wire) { Change = p => p with { KeyHeader = "api-key", ApiVersion = "2024-10-21" } }.Ask(server.Root);
        var question = Assert.Single(server.Asked);
        Assert.Equal((Asked.Key, "2024-10-21"), (question.Headers["api-key"], question.Query["api-version"]));
        Assert.DoesNotContain(wire.Key.Header, question.Headers.Keys, StringComparer.OrdinalIgnoreCase);

        new Asked(wire) { Change = p => p with { KeyVariable = null } }.Ask(server.Root);
        Assert.DoesNotContain(wire.Key.Header, server.Asked[1].Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Strict_schemas_are_asked_for_where_they_say_all_and_left_where_they_are_refused(string word)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(q => wire.Read(q.Body).StrictTools.Count > 0
            ? wire.Error(WireError.Invalid)
            : wire.Answer(new WireAnswer("Yes.")));
        var asked = new Asked(wire) { Change = p => p with { Strict = true } };
        using var client = asked.Open(server.Root);
        Assert.Equal(["Yes.", "Yes."], [asked.Ask(client), asked.Ask(client)]);
        Assert.Equal(["read_file", "", ""], server.Asked.Select(q => string.Join(' ', wire.Read(q.Body).StrictTools)));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_long_conversation_is_shortened_from_its_beginning_and_alike_each_time(string word)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(q => q.Body.Length > 4000 ? wire.Error(WireError.TooLong) : wire.Answer(new WireAnswer("Yes.")));
        var asked = new Asked(wire);
        using var client = asked.Open(server.Root);
        Assert.Equal(["Yes.", "Yes."], [asked.Ask(client), asked.Ask(client)]);

        // Once it is known what fits, no question is asked in vain.
        Assert.Equal(4, server.Asked.Count);
        var results = wire.Read(server.Asked[2].Body).Messages.SelectMany(m => m.Results).ToList();
        Assert.EndsWith("xxx… [shortened: the first 1000 of 20011 characters, 1 lines]", results[0].Text, StringComparison.Ordinal);
        Assert.Equal("{\"error\":\"no\"}", results[1].Text);
        Assert.Equal(server.Asked[2].Body, server.Asked[3].Body);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_server_that_falls_silent_or_never_ends_is_left(string word)
    {
        var wire = ModelWire.Of(word);
        var slow = wire.Answer(new WireAnswer(new string('a', 300)));
        using var server = new ApiTestServer(q => slow with { Drip = (q.Number == 1 ? 2 : 2000, TimeSpan.FromMilliseconds(q.Number == 1 ? 20_000 : 20)) });
        var patience = ModelSettings.Default with { Retries = 0, Idle = TimeSpan.FromMilliseconds(400), Timeout = TimeSpan.FromSeconds(2) };
        var asked = new Asked(wire) { Settings = patience };
        Assert.StartsWith("model.timeout The server fell silent for 0.4 seconds", asked.Ask(server.Root), StringComparison.Ordinal);
        Assert.StartsWith("model.timeout No whole answer came within 2 seconds", asked.Ask(server.Root), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_server_that_is_not_there_is_asked_again_and_then_named(string word)
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var root = $"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}";
        port.Stop();
        var asked = new Asked(ModelWire.Of(word));
        var came = asked.Ask(root);
        Assert.StartsWith($"model.unreachable {root["http://".Length..]} cannot be reached", came, StringComparison.Ordinal);
        Assert.Contains("it was asked 4 times", came, StringComparison.Ordinal);
        Assert.Equal(3, asked.Clock.Waits.Count);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_certificate_is_always_looked_at(string word)
    {
        var wire = ModelWire.Of(word);
        using var expired = TestCertificate.Make("CN=old.example", "2020-01-01", "2021-02-03");
        using var unknown = TestCertificate.Make("CN=127.0.0.1", "2020-01-01", "2120-01-01");
        foreach (var (certificate, said) in new[]
        {
            (expired, "its certificate 'old.example' expired on 2021-02-03"), (unknown, "its certificate '127.0.0.1' is not trusted here"),
        })
        {
            using var server = new ApiTestServer(_ => wire.Answer(new WireAnswer("Yes.")), certificate);
            var came = new Asked(wire).Ask(server.Root);
            Assert.StartsWith("model.certificate The server cannot be trusted: " + said, came, StringComparison.Ordinal);
            Assert.Empty(server.Asked);
        }
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Ctrl_C_ends_the_wait_for_an_answer(string word)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(_ => wire.Answer(new WireAnswer("Yes.")) with { Drip = (2, TimeSpan.FromSeconds(30)) });
        var asked = new Asked(wire);
        using var client = asked.Open(server.Root);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Assert.ThrowsAny<OperationCanceledException>(() => client.GetResponseAsync(asked.Messages, asked.Options, stop.Token).GetAwaiter().GetResult());
        Assert.Single(server.Asked);
    }
}
