using DbVc.Orchestration;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>Metadata that is changed in words.</summary>
public sealed class ChatMetadataTests : IDisposable
{
    private readonly ChatShop _shop = new();
    private readonly string _file;

    public ChatMetadataTests() => _file = _shop.Write("metadata/users.json", ChatShop.Metadata);

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("make age at most 130 in metadata/users.json", "age must be at least 0", "age must be at most 130")]
    [InlineData("in metadata/users.json, age at most 130", "age must be at least 0", "age must be at most 130")]
    [InlineData("make age at most 130", "age must be at least 0", "age must be at most 130")]
    [InlineData("age must be between 18 and 99", "age must be between 18 and 99")]
    [InlineData("add rule ids must be positive to users.json", "email must be a valid email", "age must be between 0 and 120", "id must be positive")]
    [InlineData("please make sure that e-mails end with '.org' in users.json", "email must be a valid email")]
    [InlineData("remove the rule about age from metadata/users.json", "email must be a valid email")]
    [InlineData("delete the rule that email must be a valid email in users.json", "age must be between 0 and 120")]
    [InlineData("trim email in users.json", "email must be a valid email", "age must be between 0 and 120")]
    public void It_is_shown_as_a_patch_and_written_on_a_yes(string sentence, params string[] rules)
    {
        var proposal = _shop.Ask(sentence);
        Assert.True(proposal.Kind == ChatKind.Proposal, ChatShop.TextOf(proposal));
        Assert.Equal(ChatShop.Metadata, File.ReadAllText(_file));
        Assert.StartsWith("--- before/metadata/users.json", proposal.Document, StringComparison.Ordinal);

        Assert.Equal(ChatKind.Done, _shop.Carry(proposal).Kind);
        var spec = MetadataReader.Read(File.ReadAllText(_file), "users.json");
        var declared = spec.Rules.Where(r => !r.FromSchema).Select(r => r.Text).ToList();
        foreach (var rule in rules) Assert.Contains(rule, declared.Concat(spec.Rules.Select(r => r.Written ?? "")));
        Assert.Empty(MetadataReader.Check(File.ReadAllText(_file), "users.json"));
    }

    [Fact]
    public void What_the_words_are_not_about_stays_to_the_last_blank()
    {
        _shop.Carry(_shop.Ask("make age at most 130"));
        var (before, after) = (ChatShop.Metadata.Split('\n'), File.ReadAllText(_file).Split('\n'));
        Assert.Equal(["    \"age must be between 0 and 120\""], before.Except(after));
        Assert.Equal(["    \"age must be at least 0\",", "    \"age at most 130\""], after.Except(before)
            .Select(l => l.Replace("age must be at most", "age at most", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_it_says_already_is_no_change()
    {
        var reply = _shop.Ask("make sure that age is between 0 and 120 in users.json");
        Assert.Equal(ChatKind.Answer, reply.Kind);
        Assert.Contains("says so already", ChatShop.TextOf(reply), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_is_not_understood_is_refused_with_the_nearest_forms()
    {
        var reply = _shop.Ask("in metadata/users.json age must glow");
        Assert.Equal(ChatKind.Unknown, reply.Kind);
        Assert.Contains("is not understood", ChatShop.TextOf(reply), StringComparison.Ordinal);
        Assert.Equal(ChatShop.Metadata, File.ReadAllText(_file));
    }

    [Fact]
    public void A_file_that_somebody_else_changed_meanwhile_is_shown_anew()
    {
        var proposal = _shop.Ask("make age at most 130");
        File.WriteAllText(_file, ChatShop.Metadata.Replace("0 and 120", "0 and 99", StringComparison.Ordinal));
        var anew = _shop.Carry(proposal);
        Assert.True(anew.IsShownAnew);
        Assert.Contains("0 and 99", File.ReadAllText(_file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_in_words_shows_the_metadata_that_it_would_be_given_and_writes_nothing()
    {
        var source = _shop.Write("people.csv", "id,email,age\n1,a@example.com,30\n2,b@example.com,44\n");
        var proposal = _shop.Ask($"ingest {source} into people, age between 0 and 130");
        Assert.Equal(ChatKind.Proposal, proposal.Kind);
        Assert.Equal($"db-vc agent create --task \"ingest {source} into people, age between 0 and 130\"", proposal.CommandLine);
        Assert.Contains("age must be between 0 and 130", ChatShop.TextOf(proposal), StringComparison.Ordinal);
        Assert.Equal("people", MetadataReader.Read(proposal.Document!, "people.json").Destination.Table);
        Assert.False(File.Exists(Path.Combine(_shop.Shop.Folder, "metadata", "people.json")));
        Assert.Contains("is not understood", ChatShop.TextOf(_shop.Ask($"ingest {source} into people, age must glow")), StringComparison.Ordinal);
    }

    /// <summary>Whatever stands in a list and around it: it is as if it had been written so.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20261127)]
    public void A_changed_list_reads_as_the_items_that_were_left_and_added(int seed)
    {
        var random = new Random(seed);
        string[] items = ["1", "\"a, ]\"", "{\"x\": [1, 2]}", "[[]]", "null", "\"ü\""];
        string[] blanks = ["", " ", "\n    ", "\t"];
        for (var round = 0; round < 300; round++)
        {
            string Blank() => blanks[random.Next(blanks.Length)];
            var list = Enumerable.Range(0, random.Next(5)).Select(_ => items[random.Next(items.Length)]).ToList();
            // Where there is none it is made.
            if (round % 10 == 0) list = [];
            var inner = string.Join(",", list.Select(i => Blank() + i + Blank()));
            var text = round % 10 == 0 ? "{ \"before\": { \"list\": [9] }, \"z\": 1 }"
                : $"{{{Blank()}\"before\":{Blank()}{{\"list\": [9]}},{Blank()}\"list\"{Blank()}:{Blank()}[{Blank()}{inner}]{Blank()},\"z\": 1}}\n";
            var gone = Enumerable.Range(0, list.Count).Where(_ => random.Next(2) == 0).ToHashSet();
            var added = Enumerable.Range(0, random.Next(3)).Select(_ => items[random.Next(items.Length)]).ToList();
            if (round % 10 == 0 && added.Count == 0) continue;
            var changed = new JsonListEditor(text, "list").Replace(gone, added);
            var wanted = System.Text.Json.Nodes.JsonNode.Parse(text)!;
            wanted["list"] = System.Text.Json.Nodes.JsonNode.Parse($"[{string.Join(",", list.Where((_, i) => !gone.Contains(i)).Concat(added))}]");
            Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(wanted, System.Text.Json.Nodes.JsonNode.Parse(changed)),
                $"seed {seed}: {text} became {changed}");
        }
    }
}
