using DbVc.Orchestration;

namespace DbVc.Tests;

/// <summary>A shop that somebody talks to.</summary>
internal sealed class ChatShop : IDisposable
{
    public const string Metadata = """
        {
          "task_id": "ingest-users",
          "source": { "type": "csv", "location": "users.csv" },
          "destination": { "table": "users" },
          "schema": {
            "id": { "type": "integer", "primary_key": true, "nullable": false },
            "email": { "type": "string" },
            "age": { "type": "integer" }
          },
          "validations": [
            "email must be a valid email",
            "age must be between 0 and 120"
          ]
        }

        """;

    public ShopRepository Shop { get; } = new();

    public Workspace Workspace => Shop.Workspace;

    public Conversation Talk { get; private set; }

    public ChatShop() => Talk = new Conversation(Shop.Folder);

    /// <summary>A commit, one more, a branch with a change, and one without.</summary>
    public ChatShop WithHistory()
    {
        Shop.Write("UPDATE customers SET balance = 60 WHERE id = 1");
        Workspace.Branches.Commit(Model.BranchName.Main, "Ann paid in", null, CancellationToken.None);
        Shop.Branch("fix-bob", "UPDATE customers SET email = 'bob@shop.example' WHERE id = 2; INSERT INTO orders VALUES (3, 1, 4.5)");
        Workspace.Branches.Create(Model.BranchName.Parse("spring"), null, CancellationToken.None);
        return this;
    }

    public string Write(string path, string text)
    {
        var full = Path.Combine(Shop.Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public void Forget() => Talk = new Conversation(Shop.Folder);

    public ChatReply Ask(string sentence) => Workspace.Chat.Ask(sentence, Talk, new QuietProgress(), CancellationToken.None);

    public ChatReply Carry(ChatReply proposal) => Workspace.Chat.Carry(proposal, Talk, new QuietProgress(), CancellationToken.None);

    public static string TextOf(ChatReply reply) => string.Join('\n', reply.Lines);

    /// <summary>Where every ref is, and every cell of the live database.</summary>
    public string State() => string.Join(';', Workspace.Branches.List().Select(b => $"{b.Name}={b.Head}")) + string.Join(';', Workspace.Tags.List()
        .Select(t => t.Name))
        + Shop.Ask("SELECT (SELECT group_concat(id || name || email || balance) FROM customers) || (SELECT group_concat(id || total) FROM orders)")
        + string.Join(';', Directory.EnumerateFiles(Shop.Folder, "*.json").Concat(MetadataFiles()).Select(f => f + File.ReadAllText(f)));

    public void Dispose() => Shop.Dispose();

    private IEnumerable<string> MetadataFiles() => Path.Combine(Shop.Folder, "metadata") is var folder && Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder) : [];

    private sealed class QuietProgress : IAgentProgress
    {
        public void Message(string text)
        {
        }

        public void StepStarted(string name)
        {
        }

        public void StepFinished(TaskStep step)
        {
        }

        public void GateFinished(Model.GateSummary gate)
        {
        }

        public void Rows(long loaded, long rejected, long? records)
        {
        }
    }
}
