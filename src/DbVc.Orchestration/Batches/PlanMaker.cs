using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Databases;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Makes a plan for sources that nobody described: reads metadata off each, finds what refers to what, and puts it in order.</summary>
internal sealed class PlanMaker(WorkspaceContext context)
{
    private const int MostKeys = 1_000_000;
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The tasks, each after those it waits for. Writes plan and metadata where that is asked for, all or nothing. Throws usage failures
    /// <c>plan.*</c>, and what
    /// <see cref="MetadataDesk.Infer"/> throws.</summary>
    public IReadOnlyList<PlannedTask> Make(DraftRequest request, CancellationToken cancel)
    {
        var plan = request.Out is null ? null : Path.GetFullPath(request.Out);
        var folder = plan is null ? null : Path.Combine(Path.GetDirectoryName(plan)!, "metadata");
        RefuseExisting(plan, request);
        var drafts = new List<Draft>();
        foreach (var source in PlanSources.Find(request))
        {
            var query = new InferenceQuery(source, null, null, new Dictionary<string, string>()) { Folder = context.Layout.Root };
            var report = MetadataDesk.Propose(query, folder is null ? null : Path.Combine(folder, "metadata.json"), cancel);
            drafts.Add(new Draft(source, NameFor(report.Proposal.Table, drafts), report));
        }

        var keys = drafts.Select(KeyOf).OfType<KnownKey>().ToList();
        keys.AddRange(ReadKeys([.. keys.Select(k => k.Table)], cancel));
        var texts = new Dictionary<string, string>();
        var tasks = drafts.Select(draft => Plan(draft, keys, folder, texts)).ToList();
        var ordered = TaskOrder.Arrange(tasks);
        foreach (var path in texts.Keys) RefuseExisting(path, request);
        if (plan is not null) Write(plan, folder!, ordered, texts);
        return ordered;
    }

    private PlannedTask Plan(Draft draft, IReadOnlyList<KnownKey> keys, string? folder, Dictionary<string, string> texts)
    {
        var proposal = draft.Report.Proposal;
        var references = ReferenceFinder.Find(proposal.Table, proposal, keys);
        var held = references.Where(r => r.Holds).ToList();
        var text = AddReferences(proposal.Json, held);
        var spec = MetadataReader.Read(text, draft.Name + ".json");
        var path = folder is null ? "" : Path.Combine(folder, draft.Name + ".json");
        if (folder is not null) texts[path] = text;
        return new PlannedTask(draft.Name, proposal.Table, path)
        {
            Source = spec.Source.Location,
            RefersTo = [.. held.Select(r => r.Key.Table).Distinct(StringComparer.OrdinalIgnoreCase)],
            Why =
            [
                $"read off {(proposal.IsWhole ? "all" : "the first")} {Quantity.Of(proposal.Records, "record")} of {draft.Source}",
                .. references.Select(r => r.Describe()),
                .. proposal.Questions.Select(q => $"{q.Field}: {q.Text} Assumed: {q.Assumed}"),
                .. FindUnfit(spec),
            ],
        };
    }

    /// <summary>What an existing table is in the way with: said now, though another plan may be made of it.</summary>
    private IEnumerable<string> FindUnfit(PipelineSpec spec)
    {
        var main = context.Repository.ReadSnapshot(context.Repository.Head(BranchName.Main)).ReadSchema();
        if (main.FindTable(spec.Destination.Table) is not { } table) yield break;
        var differences = Destination.Compare(spec, table, context.Live.Provider.Tables);
        yield return differences.Count == 0
            ? $"table {table.Name} exists, and takes the rows"
            : $"table {table.Name} exists, and does not fit: {string.Join(" ", differences)}";
    }

    /// <summary>Key fields of other sources.</summary>
    private static KnownKey? KeyOf(Draft draft)
    {
        var proposal = draft.Report.Proposal;
        return proposal.Fields.Where(f => f.IsKey).ToList() is [var key]
            ? new KnownKey(proposal.Table, key.Name, type => type == key.Type, proposal.Values(key.Name)) { IsWhole = proposal.IsWhole }
            : null;
    }

    /// <summary>Keys of tables that main has.</summary>
    private IEnumerable<KnownKey> ReadKeys(IReadOnlyList<string> loaded, CancellationToken cancel)
    {
        using var database = context.Publisher.Open(BranchName.Main);
        using var read = database.BeginRead();
        var (keys, maker) = (new List<KnownKey>(), context.Live.Provider.Tables);
        foreach (var table in read.ReadSchema().Tables)
        {
            if (table.PrimaryKey is not [var name] || loaded.Contains(table.Name, StringComparer.OrdinalIgnoreCase)) continue;
            var column = table.FindColumn(name)!;
            var values = ReadValues(read, table with { Columns = [column], PrimaryKey = [] }, cancel);
            keys.Add(new KnownKey(table.Name, name, type => type switch
            {
                "integer" => maker.CanHold(column, FieldType.Integer),
                "string" => maker.CanHold(column, FieldType.Text),
                _ => false,
            }, values)
            { IsWhole = values.Count < MostKeys });
        }

        return keys;
    }

    private static HashSet<string> ReadValues(IReadSnapshot read, TableSchema column, CancellationToken cancel)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        using var rows = read.ReadRows(column);
        while (values.Count < MostKeys && rows.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (rows.KindAt(0) == ValueKind.Integer) values.Add(rows.IntegerAt(0).ToString(CultureInfo.InvariantCulture));
            else if (rows.KindAt(0) == ValueKind.Text) values.Add(Encoding.UTF8.GetString(rows.BytesAt(0)));
        }

        return values;
    }

    private static string AddReferences(string json, IReadOnlyList<FoundReference> references)
    {
        if (references.Count == 0) return json;
        var root = JsonNode.Parse(json)!;
        foreach (var reference in references)
        {
            root["schema"]![reference.Field]!["references"] = new JsonObject { ["table"] = reference.Key.Table, ["column"] = reference.Key.Column };
        }

        return root.ToJsonString(s_options) + "\n";
    }

    private static string NameFor(string table, List<Draft> before)
    {
        var stem = TaskNames.Plain(table);
        return Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? stem : $"{stem}-{i}").First(name => !before.Exists(d => d.Name == name));
    }

    private static void RefuseExisting(string? path, DraftRequest request)
    {
        if (path is null || request.Overwrites || !Path.Exists(path)) return;
        throw new DbVcException(FailureKind.Refused, "plan.exists", "There is a file of that name already.", path,
            "Name another plan with --out, or add --force to write over it and the metadata beside it.");
    }

    /// <summary>The plan last: where it is, all that it names is there.</summary>
    private static void Write(string plan, string folder, IReadOnlyList<PlannedTask> tasks, Dictionary<string, string> texts)
    {
        Directory.CreateDirectory(folder);
        foreach (var (path, text) in texts) WholeFile.Write(path, Encoding.UTF8.GetBytes(text));
        WholeFile.Write(plan, Encoding.UTF8.GetBytes(PlanWriter.Write(tasks, Path.GetDirectoryName(plan)!)));
    }

    private sealed record Draft(string Source, string Name, InferenceReport Report);
}
