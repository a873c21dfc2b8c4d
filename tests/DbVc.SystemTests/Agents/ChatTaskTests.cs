using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The main job by words alone: a task that fails, why it did, other metadata, and a merge.</summary>
public sealed class ChatTaskTests : IDisposable
{
    private readonly SampleShop _shop = new();
    private readonly Conversation _talk;

    public ChatTaskTests() => _talk = new Conversation(_shop.Folder);

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_task_is_started_fails_is_explained_mended_and_merged_in_words()
    {
        Directory.CreateDirectory(Path.Combine(_shop.Folder, "metadata"));
        File.WriteAllText(Path.Combine(_shop.Folder, "metadata", "readers.csv"), "id,name,age\n1,Ada,36\n2,Grace,85\n3,Nobody,130\n4,Alan,41\n");
        File.WriteAllText(Path.Combine(_shop.Folder, "metadata", "readers.json"), """
            {
              "source": { "type": "csv", "location": "readers.csv" },
              "destination": { "table": "readers" },
              "schema": { "id": { "type": "integer", "primary_key": true }, "name": { "type": "string" }, "age": { "type": "integer" } },
              "validations": ["age must be between 0 and 120"]
            }
            """);

        var failed = Do("start a task with metadata/readers.json in branch readers");
        Assert.Equal((ChatKind.Failed, FailureKind.Refused), (failed.Kind, failed.Failure));
        var why = Ask("why?");
        Assert.Contains("data quality", Text(why), StringComparison.Ordinal);
        Assert.Contains("age must be between 0 and 120", Text(why), StringComparison.Ordinal);
        Assert.Equal(Text(why), Text(Ask("why did readers fail")));
        Assert.Equal(ChatKind.Failed, Ask("merge it").Kind);

        Assert.Equal(ChatKind.Done, Do("make age at most 130 in metadata/readers.json").Kind);
        Assert.Equal(ChatKind.Done, Do("start a task with metadata/readers.json in branch readers-2").Kind);
        Assert.Contains("4 rows loaded, 0 rejected", Text(Ask("how is it?")), StringComparison.Ordinal);
        Assert.Contains("All of them let it through", Text(Ask("what do the gates say about it")), StringComparison.Ordinal);
        Assert.Equal(ChatKind.Done, Do("merge it").Kind);
        Assert.Equal("4", _shop.Ask("SELECT count(*) FROM readers"));
        Assert.Contains("It is the work of task", Text(Ask("who changed the age of reader 3 and why?")), StringComparison.Ordinal);
    }

    private static string Text(ChatReply reply) => string.Join('\n', reply.Lines);

    private ChatReply Ask(string sentence) => _shop.Workspace.Chat.Ask(sentence, _talk, new SilentProgress(), CancellationToken.None);

    private ChatReply Do(string sentence)
    {
        var proposal = Ask(sentence);
        Assert.True(proposal.Kind == ChatKind.Proposal, Text(proposal));
        return _shop.Workspace.Chat.Carry(proposal, _talk, new SilentProgress(), CancellationToken.None);
    }
}
