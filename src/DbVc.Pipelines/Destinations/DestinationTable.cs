using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>The destination table of a pipeline: how it is created, and whether one that exists will do.</summary>
public static class DestinationTable
{
    /// <summary>The statement that creates the table; <paramref name="engine"/> is <c>sqlite</c>.</summary>
    public static string DestinationTableSql(this PipelineSpec spec, string engine)
    {
        if (engine != "sqlite")
        {
            throw new DbVcException(FailureKind.Usage, "destination.engine", $"Tables cannot be created on '{engine}' yet.", hint: "Supported today: sqlite.");
        }

        var builder = new StringBuilder($"CREATE TABLE {Quote(spec.Destination.Table)} (");
        var key = spec.PrimaryKey;
        for (var i = 0; i < spec.Fields.Count; i++)
        {
            builder.Append(i == 0 ? "\n    " : ",\n    ");
            AppendColumn(builder, spec.Fields[i], key.Count == 1 && key[0] == spec.Fields[i]);
        }

        if (key.Count > 1) builder.Append(CultureInfo.InvariantCulture, $",\n    PRIMARY KEY ({string.Join(", ", key.Select(f => Quote(f.Name)))})");
        return builder.Append("\n)").ToString();
    }

    /// <summary>Sentences that say why an existing table cannot take the rows; empty when it can.</summary>
    public static IReadOnlyList<string> CompareDestination(this PipelineSpec spec, TableSchema existing)
    {
        var differences = new List<string>();
        foreach (var field in spec.Fields)
        {
            var column = existing.FindColumn(field.Name);
            if (column is null) differences.Add($"Column '{field.Name}' ({FieldTypes.NameOf(field.Type)}) is missing in table '{existing.Name}'.");
            else if (column.Generated) differences.Add($"Column '{column.Name}' of table '{existing.Name}' is computed by the database and cannot be filled.");
            else if (!CanHold(column.DeclaredType, field.Type))
            {
                var wanted = FieldTypes.NameOf(field.Type);
                differences.Add($"Column '{column.Name}' of table '{existing.Name}' has type {column.DeclaredType}, the metadata says {wanted}.");
            }
        }

        foreach (var column in existing.StoredColumns.Where(c => spec.FindFieldIgnoringCase(c.Name) is null))
        {
            var isAllocated = existing.AllocatesKeys && existing.PrimaryKey.Contains(column.Name, StringComparer.OrdinalIgnoreCase);
            if (!column.Nullable && column.DefaultSql is null && !isAllocated)
            {
                differences.Add($"Column '{column.Name}' of table '{existing.Name}' must not be NULL, has no default, and the metadata does not declare it.");
            }
        }

        var key = spec.PrimaryKey.Select(f => f.Name).ToList();
        if (key.Count > 0 && existing.HasKey && !key.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(existing.PrimaryKey))
        {
            var (before, after) = (string.Join(", ", existing.PrimaryKey), string.Join(", ", key));
            differences.Add($"The primary key of table '{existing.Name}' is ({before}), the metadata says ({after}).");
        }

        return differences;
    }

    private static PipelineField? FindFieldIgnoringCase(this PipelineSpec spec, string name) =>
        spec.Fields.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static void AppendColumn(StringBuilder builder, PipelineField field, bool isKey)
    {
        builder.Append(Quote(field.Name)).Append(' ').Append(TypeOf(field));
        if (isKey) builder.Append(" PRIMARY KEY");
        if (!field.Nullable) builder.Append(" NOT NULL");
        if (field.Default is { } value) builder.Append(" DEFAULT ").Append(DefaultSql(field, value));
        if (field.MaxLength is { } longest) builder.Append(CultureInfo.InvariantCulture, $" CHECK (length({Quote(field.Name)}) <= {longest})");
    }

    private static string TypeOf(PipelineField field) => field.Type switch
    {
        FieldType.Integer => "INTEGER",
        FieldType.Real => "REAL",
        FieldType.Decimal => "NUMERIC",
        FieldType.Boolean => "BOOLEAN",
        FieldType.Date => "DATE",
        FieldType.Timestamp => "TIMESTAMP",
        _ => "TEXT",
    };

    private static string DefaultSql(PipelineField field, FieldDefault value)
    {
        if (value.Text is null) return "CURRENT_TIMESTAMP";
        return field.Type switch
        {
            FieldType.Boolean => value.Text == "true" ? "1" : "0",
            FieldType.Integer or FieldType.Real or FieldType.Decimal => value.Text,
            _ => "'" + value.Text.Replace("'", "''", StringComparison.Ordinal) + "'",
        };
    }

    private static bool CanHold(string declaredType, FieldType type)
    {
        // SQLite's own rule for the affinity of a declared type.
        var declared = declaredType.ToUpperInvariant();
        var isInteger = declared.Contains("INT", StringComparison.Ordinal);
        var isText = declared.Contains("CHAR", StringComparison.Ordinal) || declared.Contains("CLOB", StringComparison.Ordinal)
            || declared.Contains("TEXT", StringComparison.Ordinal);
        var isBlob = declared.Length == 0 || declared.Contains("BLOB", StringComparison.Ordinal);
        var isReal = declared.Contains("REAL", StringComparison.Ordinal) || declared.Contains("FLOA", StringComparison.Ordinal)
            || declared.Contains("DOUB", StringComparison.Ordinal);
        if (declared.Length == 0) return true;
        return type switch
        {
            FieldType.Integer => isInteger || (!isText && !isBlob && !isReal && !IsTime(declared)),
            FieldType.Boolean => isInteger || declared.Contains("BOOL", StringComparison.Ordinal) || declared.StartsWith("NUM", StringComparison.Ordinal),
            FieldType.Real => isReal || (!isInteger && !isText && !isBlob && !IsTime(declared)),
            FieldType.Decimal => isText || (!isInteger && !isBlob && !IsTime(declared)),
            FieldType.Date or FieldType.Timestamp => isText || IsTime(declared),
            _ => isText,
        };
    }

    private static bool IsTime(string declared) => declared.Contains("DATE", StringComparison.Ordinal) || declared.Contains("TIME", StringComparison.Ordinal);

    private static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
