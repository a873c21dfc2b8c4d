using System.Text.Json;
using DbVc.Model;
using DbVc.Models;
using DbVc.TestServers;
using Microsoft.Extensions.AI;

namespace DbVc.Tests;

/// <summary>Asks a model over real HTTP as a task would, and says in one line what came of it.</summary>
internal sealed class Asked(ModelWire wire)
{
    public const string Key = "sk-test-0123456789abcdef";

    public LeapingClock Clock { get; } = new();

    public List<string> Notices { get; } = [];

    public ModelSettings Settings { get; set; } = ModelSettings.Default with { Retries = 3 };

    public Func<ProviderSettings, ProviderSettings> Change { get; set; } = p => p;

    public long LargestAnswer { get; set; } = 1 << 20;

    public UsageDetails? Usage { get; private set; }

    /// <summary>A conversation that has gone on for a while.</summary>
    public List<ChatMessage> Messages { get; } =
    [
        new(ChatRole.System, "You build one data pipeline."),
        new(ChatRole.User, "The task."),
        new(ChatRole.Assistant, [new TextContent("I look."),
            new FunctionCallContent("c-1", "read_file", new Dictionary<string, object?> { ["path"] = "metadata.json" })]),
        new(ChatRole.Tool, [new FunctionResultContent("c-1", "{\"text\":\"" + new string('x', 20_000) + "\"}")]),
        new(ChatRole.Assistant, [new FunctionCallContent("c-2", "finish", new Dictionary<string, object?> { ["success"] = false })]),
        new(ChatRole.Tool, [new FunctionResultContent("c-2", "{\"error\":\"no\"}")]),
    ];

    public ChatOptions Options { get; } = new()
    {
        ToolMode = ChatToolMode.Auto,
        Tools =
        [
            Declare("read_file", """{"type":"object","properties":{"path":{"type":"string"}},"required":["path"],"additionalProperties":false}"""),
            Declare("analyze", """{"type":"object","properties":{"what":{"type":"object"}},"required":["what"],"additionalProperties":false}"""),
        ],
    };

    /// <summary>Text and calls of the answer; or code, message, place and hint of the failure.</summary>
    public string Ask(string root)
    {
        using var client = Open(root);
        return Ask(client);
    }

    public string Ask(IChatClient client)
    {
        try
        {
            var answer = client.GetResponseAsync(Messages, Options).GetAwaiter().GetResult();
            Usage = answer.Usage;
            return string.Join(" | ", answer.Messages.SelectMany(m => m.Contents).Where(c => c is not UsageContent).Select(Describe));
        }
        catch (DbVcException failure)
        {
            return $"{failure.Code} {failure.Message} {failure.Where} {failure.Hint}";
        }
    }

    public IChatClient Open(string root)
    {
        var protocol = ProtocolTable.Find(wire.Word)!.Value;
        var provider = new ProviderSettings("work", protocol, new Uri(root + wire.Base)) { Model = "m", KeyVariable = "WORK_KEY" };
        return new ModelCatalog(Settings with { Providers = [Change(provider)] }, new ModelOptions(Clock)
        {
            Variable = name => name == "WORK_KEY" ? Key : null,
            Jitter = () => 0.5,
            Notice = Notices.Add,
            LargestAnswer = LargestAnswer,
        }).Open("work");
    }

    private static string Describe(AIContent content) => content switch
    {
        TextContent text => text.Text,
        FunctionCallContent call => $"{call.CallId}:{call.Name} {(call.Exception is null ? JsonSerializer.Serialize(call.Arguments) : "unreadable")}",
        _ => content.GetType().Name,
    };

    private static AIFunctionDeclaration Declare(string name, string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return AIFunctionFactory.CreateDeclaration(name, "A tool.", document.RootElement.Clone());
    }
}
