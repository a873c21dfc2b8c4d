using DbVc.Model;

namespace DbVc.Databases;

/// <summary>How a value comes out of the server in binary COPY.</summary>
internal enum PostgresReading : byte
{
    /// <summary>The engine's own text, as UTF-8.</summary>
    Text,
    Bytes,
    Int16,
    Int32,
    Int64,
    Float4,
    Float8,

    // Those from here on are the engine's text to whoever reads, and come in binary only because that is faster.
    Boolean,
    Uuid,
    Date,
    Timestamp,
    TimestampTz,
    Numeric,
    Jsonb,
}

/// <summary>The one place that says how the values of a declared type are read and written.</summary>
internal static class PostgresTypes
{
    /// <summary>How the value of a column comes when it is asked for by <see cref="SelectOf"/>.</summary>
    public static PostgresReading ReadingOf(string declaredType) => declaredType switch
    {
        "bigint" => PostgresReading.Int64,
        "integer" => PostgresReading.Int32,
        "smallint" => PostgresReading.Int16,
        "double precision" => PostgresReading.Float8,
        "real" => PostgresReading.Float4,
        "bytea" => PostgresReading.Bytes,
        "boolean" => PostgresReading.Boolean,
        "uuid" => PostgresReading.Uuid,
        "date" => PostgresReading.Date,
        "jsonb" => PostgresReading.Jsonb,
        "text" => PostgresReading.Text,
        _ => Bare(declaredType) switch
        {
            "timestamp without time zone" => PostgresReading.Timestamp,
            "timestamp with time zone" => PostgresReading.TimestampTz,
            "numeric" => PostgresReading.Numeric,
            _ => PostgresReading.Text,
        },
    };

    public static ValueKind KindOf(string declaredType) => KindOf(ReadingOf(declaredType));

    public static ValueKind KindOf(PostgresReading reading) => reading switch
    {
        PostgresReading.Int16 or PostgresReading.Int32 or PostgresReading.Int64 => ValueKind.Integer,
        PostgresReading.Float4 or PostgresReading.Float8 => ValueKind.Real,
        PostgresReading.Bytes => ValueKind.Blob,
        _ => ValueKind.Text,
    };

    /// <summary>The expression that reads a column. Casting a padded <c>character(n)</c> to text would take its spaces away.</summary>
    public static string SelectOf(Column column)
    {
        var name = PostgresName.Quote(column.Name);
        // Its cast to text adds the length of the mask, which its own output does not.
        if (column.DeclaredType == "inet") return $"textin(inet_out({name}))";
        return ReadingOf(column.DeclaredType) != PostgresReading.Text || IsText(column.DeclaredType) ? name : name + "::text";
    }

    /// <summary>The type to cast text to before it is put into a column: without length and precision, which an explicit cast would cut to without a
    /// word, where an assignment refuses.</summary>
    public static string CastOf(string declaredType) => Bare(declaredType) switch
    {
        "character" => "bpchar",
        "bit" => "\"bit\"",
        var array when array.StartsWith("character[", StringComparison.Ordinal) => "bpchar" + array["character".Length..],
        var array when array.StartsWith("bit[", StringComparison.Ordinal) => "\"bit\"" + array["bit".Length..],
        var bare => bare,
    };

    /// <summary>True if the server orders values of the type as their keys are ordered in a tree (but for times before the year 1 and after 9999), so
    /// that an index gives them in that order.</summary>
    public static bool HasKeyOrder(string declaredType) => ReadingOf(declaredType) is not (PostgresReading.Text or PostgresReading.Numeric
        or PostgresReading.Jsonb);

    /// <summary>True if no setting of a session changes how values of the type read.</summary>
    public static bool HasPlainText(string declaredType) =>
        ReadingOf(declaredType) is PostgresReading.Int16 or PostgresReading.Int32 or PostgresReading.Int64 or PostgresReading.Uuid or PostgresReading.Numeric
            or PostgresReading.Boolean || IsText(declaredType);

    /// <summary>True if the type's own bytes are its text.</summary>
    public static bool IsText(string declaredType) => Bare(declaredType) is "text" or "character varying" or "character" or "bpchar" or "name" or "json";

    /// <summary>The type without what stands in brackets; quoted names are left alone.</summary>
    private static string Bare(string declaredType)
    {
        var open = -1;
        var quoted = false;
        for (var i = 0; i < declaredType.Length; i++)
        {
            if (declaredType[i] == '"') quoted = !quoted;
            else if (declaredType[i] == '(' && !quoted) open = i;
            else if (declaredType[i] == ')' && !quoted && open >= 0) return declaredType.Remove(open, i - open + 1);
        }

        return declaredType;
    }
}
