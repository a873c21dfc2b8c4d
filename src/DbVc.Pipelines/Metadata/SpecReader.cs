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
        var steps = new RowStepReader(problems, fields).Read(root.Find("preprocessing"));
        if (fields.Count > 0 && fields.All(f => f.SourceColumns.Count == 0)) problems.Add(root, "No field reads a column of the source.");
        var source = new SourceReader(problems, _assumptions).Read(root, fields);
        if (source is not null) source = new ReshapedFields(problems, root).Tie(source, fields, ref steps);
        RefuseUnwritableNames(source, fields);
        RefuseUnreadablePaths(source, fields);
        var destination = new DestinationReader(problems, fields, _assumptions).Read(root, source);
        if (source?.Fetch?.Increment is not null && destination?.Disposition == Disposition.Replace)
        {
            problems.Add(root.Find("source")!.Find("incremental")!, "With 'replace' a load that brings only what is new takes all other rows away.",
                "use \"append\" or \"upsert\".");
        }

        var operations = NumberMarks.AddTo(new PreprocessingReader(problems, fields).Read(root.Find("preprocessing")), root, fields, problems);
        RefuseKnownValues(operations);
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
            Steps = steps,
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
        foreach (var (field, column) in fields.SelectMany(f => f.SourceColumns.Where(n => n.Any(c => c > 0xFF)).Select(n => (f, n))))
        {
            problems.Add(root.Find("schema")!.Find(field.Name)!, $"A header in latin-1 cannot hold the name '{column}'.",
                "correct the encoding, or name the column with source_column.");
        }
    }

    private void RefuseUnreadablePaths(SourceSpec? source, List<PipelineField> fields)
    {
        if (source?.Json is null) return;
        foreach (var (field, column) in fields.SelectMany(f => f.SourceColumns.Where(n => !JsonPath.TryParse(n, out _)).Select(n => (f, n))))
        {
            problems.Add(root.Find("schema")!.Find(field.Name)!, $"'{column}' is no path in a JSON record.",
                "name it with path, for example \"address.city\" or \"['odd.name']\".");
        }
    }

    /// <summary>What is known without a cell has nothing to be changed.</summary>
    private void RefuseKnownValues(IReadOnlyList<FieldOperation> operations)
    {
        foreach (var operation in operations.Where(o => o.Field.Origin is { Step.Kind: RowStepKind.AddRowNumber or RowStepKind.AddConstant }))
        {
            problems.Add(root.Find("preprocessing")!,
                $"'{operation.Field.Name}' is a constant or a number that the run counts; \"{operation.Text}\" has nothing to change.");
        }
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
}
