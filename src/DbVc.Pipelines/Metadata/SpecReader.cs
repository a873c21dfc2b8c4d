using System.Globalization;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads the parts of a metadata object in order.</summary>
internal sealed class SpecReader(ProblemList problems, JsonValue root)
{
    private const int DefaultSampleSize = 100;
    private const double DefaultThreshold = 0.95;

    private readonly List<string> _assumptions = [];

    public PipelineSpec? Read()
    {
        problems.RefuseUnknown(root, "task_id", "source", "destination", "schema", "validations", "preprocessing", "test_data", "description", "$schema");
        var taskId = problems.Text(root, "task_id");
        var fields = ReadSchema();
        var source = new SourceReader(problems, _assumptions).Read(root, fields);
        RefuseUnwritableNames(source, fields);
        RefuseUnreadablePaths(source, fields);
        var destination = ReadDestination(source, fields);
        if (source?.Fetch?.Increment is not null && destination?.Disposition == Disposition.Replace)
        {
            problems.Add(root.Find("source")!.Find("incremental")!, "With 'replace' a load that brings only what is new takes all other rows away.",
                "use \"append\" or \"upsert\".");
        }

        var operations = NumberMarks.AddTo(new PreprocessingReader(problems, fields).Read(root.Find("preprocessing")), root, fields, problems);
        var rules = new ValidationReader(problems, fields).Read(root.Find("validations"));
        var (sampleSize, threshold) = ReadTestData();
        if (problems.Problems.Count > 0 || source is null || destination is null) return null;
        Assume(fields);
        return new PipelineSpec
        {
            TaskId = taskId,
            Source = source,
            Destination = destination,
            Fields = fields,
            // Where rows with a key that is there are expected, one that comes twice is no mistake: the last or the first counts.
            Rules = destination.Disposition is Disposition.Upsert or Disposition.InsertOnly ? [.. rules.Where(r => !r.FromSchema || !r.IsUnique)] : rules,
            Operations = operations,
            SampleSize = sampleSize,
            ValidationThreshold = threshold,
            Assumptions = _assumptions,
        };
    }

    private List<PipelineField> ReadSchema()
    {
        var schema = problems.Require(root, "schema");
        if (schema is null) return [];
        if (schema.Kind != JsonKind.Object)
        {
            problems.Add(schema, $"'schema' must be an object of fields, not {schema.Describe()}.");
            return [];
        }

        if (schema.Members.Count == 0) problems.Add(schema, "'schema' declares no field.");
        return new SchemaReader(problems).Read(schema, _assumptions);
    }

    /// <summary>A header in Latin-1 cannot hold every name.</summary>
    private void RefuseUnwritableNames(SourceSpec? source, List<PipelineField> fields)
    {
        if (source?.Csv is not { Encoding: "latin-1", HasHeader: true }) return;
        foreach (var field in fields.Where(f => f.HeaderName.Any(c => c > 0xFF)))
        {
            problems.Add(root.Find("schema")!.Find(field.Name)!, $"A header in latin-1 cannot hold the name '{field.HeaderName}'.",
                "correct the encoding, or name the column with source_column.");
        }
    }

    private void RefuseUnreadablePaths(SourceSpec? source, List<PipelineField> fields)
    {
        if (source?.Json is null) return;
        foreach (var field in fields.Where(f => !JsonPath.TryParse(f.HeaderName, out _)))
        {
            problems.Add(root.Find("schema")!.Find(field.Name)!, $"'{field.HeaderName}' is no path in a JSON record.",
                "name it with path, for example \"address.city\" or \"['odd.name']\".");
        }
    }

    private DestinationSpec? ReadDestination(SourceSpec? source, List<PipelineField> fields)
    {
        var destination = root.Find("destination");
        if (destination is null)
        {
            if (source is null) return null;
            var table = TableNameOf(source.Fetch?.Subject ?? source.Location);
            if (table.Length == 0)
            {
                problems.Add(root, "'destination' is missing, and the source's name gives no table name.");
                return null;
            }

            _assumptions.Add($"The destination is the table '{table}', named after the source.");
            return new DestinationSpec(table, null);
        }

        if (destination.Kind == JsonKind.String) return CheckTable(destination, destination.Text, null);
        if (destination.Kind != JsonKind.Object)
        {
            problems.Add(destination, $"'destination' must be a table name or an object, not {destination.Describe()}.");
            return null;
        }

        problems.RefuseUnknown(destination, "table", "database", "disposition", "description");
        var name = problems.Text(destination, "table", required: true);
        var database = problems.Text(destination, "database");
        var disposition = ReadDisposition(destination, fields);
        return name is null || CheckTable(destination.Find("table")!, name, database) is not { } found ? null : found with { Disposition = disposition };
    }

    private Disposition ReadDisposition(JsonValue destination, List<PipelineField> fields)
    {
        if (problems.Text(destination, "disposition") is not { } name) return Disposition.Append;
        var at = destination.Find("disposition")!;
        if (!Dispositions.TryFind(name, out var disposition))
        {
            var nearest = Suggestion.Nearest(name, Dispositions.Names);
            problems.Add(at, $"'{name}' is no disposition.",
                nearest is null ? $"known: {string.Join(", ", Dispositions.Names)}." : $"did you mean '{nearest}'?");
        }
        else if (disposition is Disposition.Upsert or Disposition.InsertOnly && fields.Count > 0 && !fields.Any(f => f.PrimaryKey))
        {
            problems.Add(at, $"'{Dispositions.NameOf(disposition)}' tells rows apart by their primary key, and none is declared.",
                "write \"primary_key\": true at the fields that make it.");
        }

        return disposition;
    }

    private DestinationSpec? CheckTable(JsonValue at, string table, string? database)
    {
        var problem = table.Trim().Length == 0 ? "is empty"
            : table.Contains('\0', StringComparison.Ordinal) ? "holds a NUL character"
            : table.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase) ? "starts with sqlite_, which the engine keeps for itself"
            : table.StartsWith("_dbvc_", StringComparison.OrdinalIgnoreCase) || table.StartsWith("_rejected_", StringComparison.OrdinalIgnoreCase)
                ? "starts with a prefix that db-vc keeps for itself"
            : table.Length > 100 ? "is longer than 100 characters" : null;
        if (problem is null) return new DestinationSpec(table, database);
        problems.Add(at, $"The table name {problem}.");
        return null;
    }

    private (int SampleSize, double Threshold) ReadTestData()
    {
        var data = root.Find("test_data");
        if (data is null) return (DefaultSampleSize, DefaultThreshold);
        if (data.Kind != JsonKind.Object)
        {
            problems.Add(data, $"'test_data' must be an object, not {data.Describe()}.");
            return (DefaultSampleSize, DefaultThreshold);
        }

        problems.RefuseUnknown(data, "sample_size", "validation_threshold");
        var sampleSize = problems.Whole(data, "sample_size", 1, 1_000_000) ?? DefaultSampleSize;
        var threshold = data.Find("validation_threshold");
        if (threshold is null) return (sampleSize, DefaultThreshold);
        if (threshold.Kind == JsonKind.Number && double.TryParse(threshold.Text, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1)
        {
            return (sampleSize, share);
        }

        problems.Add(threshold, "'validation_threshold' must be a number from 0 to 1.", threshold.Kind == JsonKind.Number ? "95 % is written 0.95." : null);
        return (sampleSize, DefaultThreshold);
    }

    private void Assume(List<PipelineField> fields)
    {
        if (fields.Any(f => f.PrimaryKey)) return;
        _assumptions.Add("The destination has no primary key, because none is declared: rows cannot be told apart when they change.");
    }

    private static string TableNameOf(string location)
    {
        var stem = Path.GetFileNameWithoutExtension(location.Replace('\\', '/').TrimEnd('/'));
        var name = string.Concat(stem.Select(c => char.IsLetterOrDigit(c) || c == '_' ? c : '_')).Trim('_');
        return name.Length > 100 ? name[..100] : name;
    }
}
