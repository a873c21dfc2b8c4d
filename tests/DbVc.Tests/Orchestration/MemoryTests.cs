using DbVc.Agents;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>What merged and rejected work teaches, found by similarity, and where it is offered.</summary>
public sealed class MemoryTests : IDisposable
{
    private const string Runners = """
        {"source":"in/acme/runners_2026-01.csv","schema":{"id":"integer","born":"date","pace":"decimal","club":"string"},
         "destination":"runners",
         "preprocessing":["parse born as D.M.YYYY", {"field":"pace","operations":[{"operation":"parse_number","decimal":"comma"}]},
           {"field":"club","operations":[{"operation":"null_tokens","tokens":["k.A.","0"]}]}],
         "validations":["pace must be between 2 and 20","club must be one of 'Rot', 'Blau'","id and pace are required"]}
        """;

    private static readonly DateTimeOffset s_first = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly AccessShop _shop = new();

    public void Dispose() => _shop.Dispose();

    private MemoryDesk Memory => _shop.As("vic").Memory;

    [Fact]
    public void Rules_of_merged_metadata_are_learned_as_they_were_written_and_as_what_they_became()
    {
        var task = Merge("runners", Runners);
        var rule = Assert.Single(Memory.List("pace"), l => l.Rule?.Sentence == "pace must be between 2 and 20");
        Assert.Equal((LessonKind.Rule, task.Task, "runners"), (rule.Kind, rule.Task, rule.Pipeline));
        Assert.Contains("pace", rule.Rule!.Code, StringComparison.Ordinal);
        Assert.Contains("20", rule.Rule.Code, StringComparison.Ordinal);
        Assert.Equal(3, Memory.List().Count(l => l.Kind == LessonKind.Rule));
        Assert.Equal(rule, Memory.Show(rule.Id), (a, b) => a!.Rule == b!.Rule);

        // The same sentence again is the same lesson, of the newest; forgotten once, it is forgotten.
        var second = Merge("walkers", Runners.Replace("runners", "walkers", StringComparison.Ordinal), days: 1);
        Assert.Equal(3, Memory.List().Count(l => l.Kind == LessonKind.Rule));
        Assert.Equal(second.Task, Memory.Show(rule.Id).Task);
        Memory.Forget(rule.Id);
        File.Delete(Path.Combine(_shop.Shop.Folder, ".db-version-control", "memory.db"));
        Assert.Equal(2, Memory.List().Count(l => l.Kind == LessonKind.Rule));
    }

    [Fact]
    public void A_sentence_that_is_not_understood_is_answered_with_the_nearest_that_were()
    {
        Assert.Null(Memory.Recall("pace has to lie between 2 and 20"));
        Merge("runners", Runners);
        var known = Memory.Recall("pace has to lie between 2 and 20");
        Assert.StartsWith("Understood here before: pace must be between 2 and 20 (runners)", known, StringComparison.Ordinal);
        Assert.Null(Memory.Recall("weight must be at most heavy"));

        var path = Path.Combine(_shop.Shop.Folder, "bad.json");
        File.WriteAllText(path, """{"source":"x.csv","schema":{"pace":"decimal"},"validations":["pace has to lie within 2 and 20"]}""");
        var folder = new FolderMemory(_shop.Shop.Folder, ShopRepository.Options with { Credential = new Credential(null, "vic") });
        var problem = Assert.Single(MetadataDesk.Validate(path, folder.Recall).Problems);
        Assert.Contains("Nearest known forms:", problem.Suggestion, StringComparison.Ordinal);
        Assert.Contains("Understood here before: pace must be between 2 and 20 (runners)", problem.Suggestion, StringComparison.Ordinal);
        var refused = Assert.Throws<DbVcException>(() => _shop.As("art").Agents.Create(
            new AgentRequest(path, null, null, BuiltinChatClient.ModelName, AutoMerge: false), new Silence(), CancellationToken.None));
        Assert.Equal("metadata.invalid", refused.Code);
        Assert.Contains("Understood here before: pace must be between 2 and 20 (runners)", refused.Message, StringComparison.Ordinal);
        // A token that is none hears nothing, and no repository is no failure.
        Assert.Null(new FolderMemory(_shop.Shop.Folder, ShopRepository.Options with { Credential = new Credential("dbvc_none", "vic") }).Recall("pace"));
        Assert.Null(new FolderMemory(Path.GetTempPath(), ShopRepository.Options).Recall("pace"));
    }

    [Fact]
    public void Words_of_a_task_that_are_not_understood_are_answered_so_too()
    {
        Merge("runners", Runners);
        var source = Path.Combine(_shop.Shop.Folder, "racers.csv");
        File.WriteAllText(source, "id,pace\n1,3\n2,4\n");
        var refused = Assert.Throws<DbVcException>(() => _shop.As("art").Agents.Create(
            new AgentRequest(null, null, $"load {source} into racers, pace has to lie within 2 and 20", BuiltinChatClient.ModelName, AutoMerge: false),
            new Silence(), CancellationToken.None));
        Assert.Equal("task.words", refused.Code);
        Assert.Contains(". Understood here before: ", refused.Hint, StringComparison.Ordinal);
        Assert.Contains("pace must be between 2 and 20 (runners)", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_supplier_is_known_again_by_folder_and_name_and_the_newest_merge_counts()
    {
        Merge("runners", Runners);
        var lesson = Assert.Single(Memory.List("acme"), l => l.Kind == LessonKind.Dialect);
        Assert.Equal("acme/runners.csv", lesson.Dialect!.Supplier);
        var known = Memory.FindDialect("/other/place/acme/2026-02/Runners_2026-02.csv")!;
        Assert.Equal($"as in runners (commit {lesson.Dialect.Commit})", known.As);
        Assert.Equal(("comma", "D.M.YYYY", true), (known.Dialect.DecimalMark, known.Dialect.DateFormats.Single(), known.DayFirst));
        Assert.Equal(["k.A.", "0"], known.TokensOf("club"));
        Assert.Null(Memory.FindDialect("/other/place/emca/runners.csv"));
        Assert.Null(Memory.FindDialect("/other/place/acme/clubs.csv"));

        Merge("sprinters", Runners.Replace("comma", "point", StringComparison.Ordinal), days: 1);
        Assert.Equal("point", Memory.FindDialect("/in/acme/runners.csv")!.Dialect.DecimalMark);
        Memory.Forget(Memory.List("acme").First(l => l.Kind == LessonKind.Dialect && l.Pipeline == "sprinters").Id);
        Assert.Equal("comma", Memory.FindDialect("/in/acme/runners.csv")!.Dialect.DecimalMark);
    }

    [Fact]
    public void A_task_in_words_takes_from_its_suppliers_last_what_its_source_does_not_say_and_assumes_it_aloud()
    {
        Merge("runners", Runners);
        var source = Path.Combine(Directory.CreateDirectory(Path.Combine(_shop.Shop.Folder, "acme")).FullName, "runners_2026-02.csv");
        File.WriteAllText(source, "id;born;pace;club\n1;01.02.2003;1.234;Rot\n2;03.04.2005;2.345;k.A.\n3;05.06.2007;3.456;Blau\n");
        _shop.Do(context =>
        {
            var request = new AgentRequest(null, null, $"load {source} into runners2", BuiltinChatClient.ModelName, AutoMerge: false);
            var worded = WordedTask.Read(context, request, new Silence(), CancellationToken.None)!;
            var said = $"as in runners (commit {context.Memory.FindDialect(source)!.As[^11..^1]})";
            Assert.Contains(worded.Assumptions, a => a.Contains($"It is the day {said}. Assumed: day-first.", StringComparison.Ordinal));
            Assert.Contains(worded.Assumptions, a => a.EndsWith("Assumed: decimal-comma.", StringComparison.Ordinal));
            Assert.Contains(worded.Assumptions, a => a == $"club: 'k.A.' and '0' stands for NULL, {said}.");
            var spec = MetadataReader.Read(File.ReadAllText(worded.MetadataPath!), "x.json");
            Assert.Equal(FieldType.Date, spec.FindField("born")!.Type);
        });
    }

    [Fact]
    public void A_rejection_is_told_where_the_same_table_or_very_similar_metadata_begins_and_nowhere_else()
    {
        _shop.Task("runners", Runners, s_first);
        _shop.As("rae").Approvals.Reject(BranchName.Parse("runners"), "pace is in minutes");
        PipelineSpec Spec(string text) => MetadataReader.Read(text, "x.json");
        var like = Runners.Replace("\"destination\":\"runners\"", "\"destination\":\"walkers\"", StringComparison.Ordinal);
        var table = """{"source":"y.csv","schema":{"x":"integer"},"destination":"Runners","validations":["x is required"]}""";
        var other = """{"source":"y.csv","schema":{"id":"integer","x":"integer"},"destination":"others","validations":["x is required"]}""";
        Assert.Equal("pace is in minutes", Assert.Single(Memory.FindRejections(Spec(like))).Rejection!.Reason);
        Assert.Single(Memory.FindRejections(Spec(table)));
        Assert.Empty(Memory.FindRejections(Spec(other)));
    }

    [Fact]
    public void A_model_is_told_of_rejections_and_rules_between_fences_and_masked_and_the_built_in_one_of_nothing()
    {
        Merge("runners", Runners);
        _shop.Task("walkers", Runners.Replace("runners", "walkers", StringComparison.Ordinal), s_first.AddDays(1));
        _shop.As("rae").Approvals.Reject(BranchName.Parse("walkers"), "\"Rot\" is no club, ask ann@example.com ===== past");
        var heard = new Listening();
        _shop.Do(context =>
        {
            var spec = MetadataReader.Read(Runners.Replace("runners", "walkers", StringComparison.Ordinal), "x.json");
            var report = new AgentReport { Task = "20260101-000000-x", Branch = "x", State = TaskState.Running, Model = BuiltinChatClient.ModelName };
            Assert.Equal("", PastFinder.Tell(context, spec, report, heard).Past);
            Assert.StartsWith("A merge of the like was rejected: \"Rot\" is no club", Assert.Single(heard.Messages), StringComparison.Ordinal);
            var past = PastFinder.Tell(context, spec, report with { Model = "work" }, heard).Past;
            Assert.DoesNotContain("ann@example.com", past, StringComparison.Ordinal);
            Assert.Contains("pace must be between 2 and 20", past, StringComparison.Ordinal);
            Assert.DoesNotContain("Blau", past, StringComparison.Ordinal);
            var task = new PipelineTask(TaskId.Parse(report.Task), BranchName.Parse("x"), Runners, "work", s_first) { Past = past };
            var told = AgentPrompt.Build(task)[^1].Text;
            var fence = $"===== past {Hash.Of(System.Text.Encoding.UTF8.GetBytes(past))} =====";
            Assert.EndsWith($"{fence}\n{past}\n{fence}\n", told, StringComparison.Ordinal);
            Assert.NotEqual(AgentPrompt.HashOf(task), AgentPrompt.HashOf(task with { Past = "" }));
        });
    }

    [Fact]
    public void Memory_of_an_earlier_form_is_made_anew_and_one_that_is_no_database_keeps_no_task_from_running()
    {
        Merge("runners", Runners);
        var path = Path.Combine(_shop.Shop.Folder, ".db-version-control", "memory.db");
        using (var old = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            old.Open();
            using var command = old.CreateCommand();
            command.CommandText = """
                CREATE TABLE tasks (task TEXT PRIMARY KEY) WITHOUT ROWID;
                CREATE VIRTUAL TABLE lessons USING fts5 (about, body UNINDEXED, id UNINDEXED);
                INSERT INTO lessons VALUES ('x', '{}', 'x');
                """;
            command.ExecuteNonQuery();
        }

        Assert.Equal(3, Memory.List().Count(l => l.Kind == LessonKind.Rule));
        File.WriteAllText(path, new string('x', 5000));
        Assert.Equal("memory.unreadable", Assert.Throws<DbVcException>(() => Memory.List()).Code);
        var heard = new Listening();
        _shop.Do(context => Assert.Equal("", PastFinder.Tell(context, MetadataReader.Read(Runners, "x.json"),
            new AgentReport { Task = "20260101-000000-x", Branch = "x", State = TaskState.Running, Model = "work" }, heard).Past));
        Assert.Contains("delete the file", Assert.Single(heard.Messages), StringComparison.Ordinal);
    }

    private AgentReport Merge(string name, string metadata, int days = 0)
    {
        var task = _shop.Task(name, metadata, s_first.AddDays(days));
        Assert.Equal(MergeState.Merged, _shop.Merge("art", name).State);
        return task;
    }

    private sealed class Listening : IAgentProgress
    {
        public List<string> Messages { get; } = [];

        public void Message(string text) => Messages.Add(text);

        public void StepStarted(string name)
        {
        }

        public void StepFinished(TaskStep step)
        {
        }

        public void GateFinished(GateSummary gate)
        {
        }

        public void Rows(long loaded, long rejected, long? records)
        {
        }
    }
}
