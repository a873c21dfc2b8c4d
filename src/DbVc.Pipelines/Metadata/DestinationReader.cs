namespace DbVc.Pipelines;

/// <summary>Reads <c>destination</c>: a table, or an object; without it the table is named after the source.</summary>
internal sealed class DestinationReader(ProblemList problems, IReadOnlyList<PipelineField> fields, List<string> assumptions)
{
    private static readonly string[] s_members =
    [
        "table", "database", "disposition", "valid_from", "valid_to", "evolution", "foreign_keys", "indexes", "description",
    ];

    /// <summary>The destination; null when it cannot be read, or the source it would be named after cannot.</summary>
    public DestinationSpec? Read(JsonValue root, SourceSpec? source)
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

            assumptions.Add($"The destination is the table '{table}', named after the source.");
            return new DestinationSpec(table, null) { ForeignKeys = new ForeignKeyReader(problems, fields).Read(root) };
        }

        if (destination.Kind == JsonKind.String)
        {
            var keysOfFields = new ForeignKeyReader(problems, fields).Read(root);
            return CheckTable(destination, destination.Text, null) is { } plain ? plain with { ForeignKeys = keysOfFields } : null;
        }

        if (destination.Kind != JsonKind.Object)
        {
            problems.Add(destination, $"'destination' must be a table name or an object, not {destination.Describe()}.");
            return null;
        }

        problems.RefuseUnknown(destination, s_members);
        var name = problems.Text(destination, "table", required: true);
        var database = problems.Text(destination, "database");
        var disposition = ReadDisposition(destination);
        var evolution = ReadEvolution(destination);
        var (keys, indexes) = (new ForeignKeyReader(problems, fields).Read(root), new IndexReader(problems, fields).Read(destination.Find("indexes")));
        return name is null || CheckTable(destination.Find("table")!, name, database) is not { } found ? null
            : found with
            {
                Disposition = disposition,
                Versions = ReadVersions(destination, disposition),
                Evolution = evolution,
                ForeignKeys = keys,
                Indexes = indexes,
            };
    }

    private Disposition ReadDisposition(JsonValue destination)
    {
        if (problems.Text(destination, "disposition") is not { } name) return Disposition.Append;
        var at = destination.Find("disposition")!;
        if (!Dispositions.TryFind(name, out var disposition))
        {
            var nearest = Suggestion.Nearest(name, Dispositions.Names);
            problems.Add(at, $"'{name}' is no disposition.",
                nearest is null ? $"known: {string.Join(", ", Dispositions.Names)}." : $"did you mean '{nearest}'?");
        }
        else if (disposition is Disposition.Upsert or Disposition.InsertOnly or Disposition.Scd2 && fields.Count > 0 && !fields.Any(f => f.PrimaryKey))
        {
            problems.Add(at, $"'{Dispositions.NameOf(disposition)}' tells rows apart by their primary key, and none is declared.",
                "write \"primary_key\": true at the fields that make it.");
        }

        return disposition;
    }

    private VersionColumns? ReadVersions(JsonValue destination, Disposition disposition)
    {
        var (from, until) = (problems.Text(destination, "valid_from"), problems.Text(destination, "valid_to"));
        if (disposition != Disposition.Scd2)
        {
            if ((destination.Find("valid_from") ?? destination.Find("valid_to")) is { } unused)
                problems.Add(unused, "Only the disposition 'scd2' keeps versions that are valid for a time.");
            return null;
        }

        var columns = new VersionColumns(from ?? VersionColumns.Default.From, until ?? VersionColumns.Default.Until);
        if (columns.From.Equals(columns.Until, StringComparison.OrdinalIgnoreCase))
            problems.Add(destination, "'valid_from' and 'valid_to' are the same column.");
        foreach (var name in (string[])[columns.From, columns.Until])
        {
            if (fields.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is null) continue;
            problems.Add(destination.Find("disposition")!, $"'{name}' is a field of the schema, and the column that db-vc writes times of versions to.",
                "name another column with \"valid_from\" and \"valid_to\".");
        }

        return columns;
    }

    private Evolution ReadEvolution(JsonValue destination)
    {
        if (problems.Text(destination, "evolution") is not { } name) return Evolution.Freeze;
        if (Evolutions.TryFind(name, out var evolution)) return evolution;
        var nearest = Suggestion.Nearest(name, Evolutions.Names);
        problems.Add(destination.Find("evolution")!, $"'{name}' is no evolution.",
            nearest is null ? $"known: {string.Join(", ", Evolutions.Names)}." : $"did you mean '{nearest}'?");
        return Evolution.Freeze;
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

    private static string TableNameOf(string location)
    {
        var stem = Path.GetFileNameWithoutExtension(location.Replace('\\', '/').TrimEnd('/'));
        var name = string.Concat(stem.Select(c => char.IsLetterOrDigit(c) || c == '_' ? c : '_')).Trim('_');
        return name.Length > 100 ? name[..100] : name;
    }
}
