using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What a column's declared type does to what is put into it.</summary>
internal enum SqliteAffinity
{
    /// <summary>Nothing.</summary>
    None,
    Text,
    Numeric,
    Real,
}

/// <summary>SQLite's rules of affinity.</summary>
internal static class SqliteAffinities
{
    public static SqliteAffinity Of(string declaredType)
    {
        if (Has("INT")) return SqliteAffinity.Numeric;
        if (Has("CHAR") || Has("CLOB") || Has("TEXT")) return SqliteAffinity.Text;
        if (Has("BLOB") || declaredType.Length == 0) return SqliteAffinity.None;
        return Has("REAL") || Has("FLOA") || Has("DOUB") ? SqliteAffinity.Real : SqliteAffinity.Numeric;

        bool Has(string word) => declaredType.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True if every value of a kind is stored as it is; false where some are converted.</summary>
    public static bool Keeps(SqliteAffinity affinity, ValueKind kind) => kind switch
    {
        ValueKind.Null or ValueKind.Blob => true,
        ValueKind.Text => affinity is SqliteAffinity.None or SqliteAffinity.Text,
        ValueKind.Integer => affinity is SqliteAffinity.None or SqliteAffinity.Numeric,
        _ => affinity is SqliteAffinity.None or SqliteAffinity.Real,
    };
}
