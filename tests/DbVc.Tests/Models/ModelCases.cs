using System.Text;
using DbVc.TestServers;

namespace DbVc.Tests;

/// <summary>A server that behaves in one way, and what must come of it.</summary>
/// <param name="Answer">What it answers to the question of that number.</param>
/// <param name="Expected">The answer, or how the failure begins.</param>
/// <param name="Times">How often it is asked.</param>
internal sealed record ModelCase(Func<ModelWire, int, ApiReply> Answer, string Expected, int Times)
{
    /// <summary>The waits in between, in seconds, where the server says them.</summary>
    public IReadOnlyList<double>? Waits { get; init; }
}

/// <summary>Good and bad behaviour; every provider meets all of it.</summary>
internal static class ModelCases
{
    private const string Good = "I read it. | call-a:read_file {\"path\":\"metadata.json\"}";
    private const int Often = 4;

    private static readonly WireAnswer s_good = new("I read it.", new WireCall("call-a", "read_file", "{\"path\": \"metadata.json\"}"));

    public static IReadOnlyDictionary<string, ModelCase> All { get; } = new Dictionary<string, ModelCase>
    {
        ["an answer"] = Always(w => w.Answer(s_good), Good),
        ["text alone"] = Always(w => w.Answer(new WireAnswer("Good morning, Zoë 😀.")), "Good morning, Zoë 😀."),
        ["calls in parallel"] = Always(w => w.Answer(new WireAnswer("",
            new WireCall("a", "read_file", """{"path":"x"}"""), new WireCall("b", "analyze", """{"what":{"n":[1,{"m":null}]}}"""))),
            """a:read_file {"path":"x"} | b:analyze {"what":{"n":[1,{"m":null}]}}"""),
        ["a call without arguments"] = Always(w => w.Answer(new WireAnswer("", new WireCall("a", "analyze", "{}"))), "a:analyze {}"),
        ["malformed arguments"] = Always(w => w.Answer(new WireAnswer("", new WireCall("a", "read_file", "{\"path\": \"metad"))), "a:read_file unreadable"),
        ["arguments that are a list"] = Always(w => w.Answer(new WireAnswer("", new WireCall("a", "read_file", "[1, 2]"))), "a:read_file unreadable"),
        ["arguments of wrong types"] = Always(w => w.Answer(new WireAnswer("", new WireCall("a", "read_file", "{\"path\":7}"))), "a:read_file {\"path\":7}"),
        ["an unknown tool"] = Always(w => w.Answer(new WireAnswer("", new WireCall("a", "drop_production", "{}"))), "a:drop_production {}"),
        ["two calls of one id"] = Always(w => w.Answer(new WireAnswer("", new WireCall("a", "analyze", "{}"), new WireCall("a", "analyze", "{}"))),
            "a:analyze {} | call-1:analyze {}"),

        ["too many questions"] = Once(w => w.Error(WireError.TooMany, ("Retry-After", "7")), Good) with { Waits = [7] },
        ["too many questions until a date"] = Once(
            w => w.Error(WireError.TooMany, ("Retry-After", "Sun, 01 Mar 2026 12:00:45 GMT")), Good) with
        { Waits = [45] },
        ["too many questions, in milliseconds"] = Once(w => w.Error(WireError.TooMany, ("retry-after-ms", "1500")), Good) with { Waits = [1.5] },
        ["too many questions for ever"] = Always(w => w.Error(WireError.TooMany), "model.rate-limited ", Often),
        ["too many questions for an hour"] = Always(w => w.Error(WireError.TooMany, ("Retry-After", "3600")), "model.rate-limited "),
        ["broken once"] = Once(w => w.Error(WireError.Broken), Good),
        ["busy once"] = Once(w => w.Error(WireError.Busy), Good),
        ["a proxy's 502 once"] = Once(_ => Html(502), Good),
        ["a conflict once"] = Once(_ => ApiReply.Sent(409), Good),
        ["slow once"] = Once(_ => ApiReply.Sent(408), Good),
        ["broken for ever"] = Always(w => w.Error(WireError.Broken), "model.unavailable The server cannot answer now (status 500)", Often),
        ["an error in the middle once"] = Once(w => ModelWire.Stream([.. w.Events(s_good).Take(4), w.ErrorEvent(WireError.Busy)]), Good),
        ["an error in the middle for ever"] = Always(
            w => ModelWire.Stream([.. w.Events(s_good).Take(4), w.ErrorEvent(WireError.Broken)]), "model.unavailable ", Often),

        ["cut off once"] = Once(w => w.Answer(s_good) with { CutAfter = 700 }, Good),
        ["cut off at once, once"] = Once(w => w.Answer(s_good) with { CutAfter = 0 }, Good),
        ["cut off for ever"] = Always(w => w.Answer(s_good) with { CutAfter = 700 }, "model.cut ", Often),
        ["an end without an end, once"] = Once(w => ModelWire.Stream(w.Events(s_good).Take(6)), Good),
        ["an end without an end, for ever"] = Always(w => ModelWire.Stream(w.Events(s_good).Take(6)), "model.cut ", Often),
        ["bytes that come slowly"] = Always(w => w.Answer(s_good) with { Drip = (40, TimeSpan.FromMilliseconds(5)) }, Good),

        ["an empty answer once"] = Once(w => w.Answer(new WireAnswer("")), Good),
        ["an empty answer for ever"] = Always(w => w.Answer(new WireAnswer("")), "model.empty ", Often),
        ["white space for ever"] = Always(w => w.Answer(new WireAnswer(" \n ")), "model.empty ", Often),
        ["a refusal"] = Always(w => w.Answer(new WireAnswer("") { Refusal = "I will not do that." }), "model.refused "),
        ["an answer that is too long for itself"] = Always(w => w.Answer(s_good with { IsCutShort = true }), "model.length "),
        ["an answer with the key in it"] = Always(w => w.Answer(new WireAnswer("Your key is " + Asked.Key)), "model.key-echoed "),
        ["a call with the key in it"] = Always(
            w => w.Answer(new WireAnswer("", new WireCall("a", "write_file", $$"""{"text":"{{Asked.Key}}"}"""))), "model.key-echoed "),

        ["a web page"] = Always(_ => Html(200), "model.protocol The server answered with text/html"),
        ["a web page that calls itself events"] = Always(_ => ModelWire.Stream(["<html>\n\n</html>\n"]), "model.protocol "),
        ["a web page that was not found"] = Always(_ => Html(404), "model.protocol "),
        ["JSON in place of events"] = Always(_ => ApiReply.Json("{\"choices\":[]}"), "model.protocol The server answered with application/json"),
        ["JSON with an error and status 200"] = Always(_ => ApiReply.Json("""{"error":{"message":"no","code":401}}"""), "model.key-refused "),
        ["nothing at all"] = Always(_ => ModelWire.Stream([]), "model.protocol "),
        ["events that are none"] = Always(w => ModelWire.Stream([w.Events(s_good)[0], "data: {not json\n\n"]), "model.protocol "),
        ["events of numbers"] = Always(_ => ModelWire.Stream(["data: 1\n\n", "data: [[]]\n\n"]), "model.protocol "),
        ["bytes that are no text"] = Always(_ => ModelWire.Stream(["x"]) with { Bytes = [0xff, 0xfe, 0x00, 0x0a, 0x0a] }, "model.protocol "),
        ["a huge answer"] = Always(w => w.Answer(new WireAnswer(new string('x', 300_000))), "model.answer-size "),
        ["one endless line"] = Always(_ => ModelWire.Stream(["data: " + new string('x', 2_000_000)]), "model.answer-size "),
        ["a huge error"] = Always(_ => ApiReply.Json(new string('x', 3_000_000)) with { Status = 500 }, "model.unavailable ", Often),
        ["a redirect"] = Always(_ => ApiReply.Sent(307, ("Location", "https://evil.example/v1?key=1")),
            "model.redirect The server sends us on to \"https://evil.example/v1\""),

        ["a wrong key"] = Always(w => WithKey(w.Error(WireError.Key)), "model.key-refused The server refuses the key in WORK_KEY (status 401)"),
        ["a key without permission"] = Always(w => w.Error(WireError.Forbidden), "model.key-refused "),
        ["no money"] = Always(w => w.Error(WireError.Unpaid), "model.quota "),
        ["an unknown model"] = Always(w => w.Error(WireError.UnknownModel), "model.unknown The server knows no model 'm'"),
        ["an unknown model, in Ollama's words"] = Always(_ => ApiReply.Json("""{"error":"model 'm' not found"}""") with { Status = 404 }, "model.unknown "),
        ["a request that is not taken"] = Always(w => w.Error(WireError.Invalid), "model.request "),
        ["a key in the words of an error"] = Always(_ => WithKey(ApiReply.Json("""{"error":{"message":"bad KEY \u001b[2J bad"}}""") with { Status = 400 }),
            "model.request The server does not take the request (status 400); it says \"bad *** [2J bad\""),
        ["a conversation that is too long once"] = Once(w => w.Error(WireError.TooLong), Good) with { Waits = [] },
        ["a conversation that is too long for ever"] = Always(w => w.Error(WireError.TooLong), "model.context ", 5),
        ["a conversation that llama.cpp does not hold"] = Once(_ => ApiReply.Json(
            """{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}""") with
        { Status = 400 },
            Good),
    };

    private static ModelCase Always(Func<ModelWire, ApiReply> answer, string expected, int times = 1) => new((wire, _) => answer(wire), expected, times);

    /// <summary>What happens once, and then a good answer.</summary>
    private static ModelCase Once(Func<ModelWire, ApiReply> answer, string expected) =>
        new((wire, number) => number == 1 ? answer(wire) : wire.Answer(s_good), expected, 2);

    private static ApiReply Html(int status) => new(status, "<!DOCTYPE html><html><body>Hello</body></html>")
    {
        Headers = new Dictionary<string, string> { ["Content-Type"] = "text/html" },
    };

    private static ApiReply WithKey(ApiReply reply) => reply with
    {
        Bytes = Encoding.UTF8.GetBytes(reply.Body.Replace("KEY", Asked.Key, StringComparison.Ordinal)),
    };
}
