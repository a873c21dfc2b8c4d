using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Tasks that are given in words alone, on a source that nobody described.</summary>
public sealed class WordedTaskTests : IDisposable
{
    private readonly SampleShop _shop = new();

    public WordedTaskTests()
    {
        var lines = Enumerable.Range(1, 60).Select(i => $"{i},Supplier {i},mail{i}@example.com,{i % 5 + 1},{i % 12 + 1:00}/{i % 9 + 1:00}/2026");
        File.WriteAllLines(Source, ["id,name,e-mail,rating,since", .. lines, "61,Broken,not a mail,3,01/02/2026", "62,Rated,ok@example.com,9,01/02/2026"]);
    }

    private string Source => _shop.Sample("suppliers.csv");

    private string Proposed => Path.Combine(_shop.Folder, "metadata", "suppliers.json");

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_sentence_becomes_metadata_code_tests_and_rows_under_all_gates()
    {
        var report = Create("e-mails must be valid, rating between 1 and 5 and validation is not needed", out var failure);
        Assert.Null(report);
        Assert.Equal("task.words", failure!.Code);
        Assert.False(File.Exists(Proposed));
        Assert.Equal(["main"], _shop.Workspace.Branches.List().Select(b => b.Name));

        report = Create("e-mails must be valid, rating between 1 and 5 and trim name", out _);
        Assert.True(report!.State == TaskState.Ready, report.Error);
        Assert.Equal((62L, 60L, 2L), (report.Rows!.Read, report.Rows.Loaded, report.Rows.Rejected));
        Assert.Contains(report.Assumptions, a => a.Contains(" Assumed: ", StringComparison.Ordinal));
        Assert.Contains("rating between 1 and 5", File.ReadAllText(Proposed), StringComparison.Ordinal);

        Assert.Equal(MergeState.Merged, _shop.Merge(report.Branch).State);
        Assert.Equal("60", _shop.Ask("SELECT count(*) FROM suppliers"));
    }

    [Fact]
    public void What_the_data_leaves_open_is_asked_where_somebody_is_there()
    {
        var person = new Answering("day-first");
        var report = _shop.Workspace.Agents.Create(
            new AgentRequest(null, BranchName.Parse("worded"), $"load \"{Source}\" into suppliers, rating between 1 and 5", null, false), person,
            CancellationToken.None);
        Assert.NotEmpty(person.Asked);
        Assert.DoesNotContain(report.Assumptions, a => a.Contains("Does the day or the month", StringComparison.Ordinal));
        Assert.Contains("D/M/Y", File.ReadAllText(Proposed).Replace("DD", "D").Replace("MM", "M").Replace("YYYY", "Y"), StringComparison.Ordinal);
    }

    private AgentReport? Create(string clauses, out DbVcException? failure)
    {
        failure = null;
        try
        {
            return _shop.Workspace.Agents.Create(
                new AgentRequest(null, null, $"ingest \"{Source}\" into suppliers, {clauses}", null, false), new SilentProgress(), CancellationToken.None);
        }
        catch (DbVcException e)
        {
            failure = e;
            return null;
        }
    }

    private sealed class Answering(string answer) : SilentProgress, IAgentProgress
    {
        public List<string> Asked { get; } = [];

        string? IAgentProgress.Ask(string question, IReadOnlyList<string> choices)
        {
            Asked.Add(question);
            return choices.Contains(answer) ? answer : null;
        }
    }
}
