using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What all writing connections have in common.</summary>
internal static class SqliteWriting
{
    public const int OptionForeignKeys = 1002;
    public const int OptionTriggers = 1003;
    private const int OptionLegacyAlterTable = 1012;
    private const int OptionDoubleQuotedText = 1013;
    private const int OptionDoubleQuotedTextInDdl = 1014;

    /// <summary>Lets old DDL through as it stands: it may write a text in double quotes, and a rename must not rewrite what refers to the table.</summary>
    public static void AcceptOldDdl(SqliteHandle handle)
    {
        handle.Configure(OptionLegacyAlterTable, true);
        handle.Configure(OptionDoubleQuotedText, true);
        handle.Configure(OptionDoubleQuotedTextInDdl, true);
    }

    /// <summary>A rename rewrites what refers to the renamed, and a name in double quotes is a name.</summary>
    public static void BeStrict(SqliteHandle handle)
    {
        handle.Configure(OptionLegacyAlterTable, false);
        handle.Configure(OptionDoubleQuotedText, false);
        handle.Configure(OptionDoubleQuotedTextInDdl, false);
    }

    /// <summary>Takes the write lock at once.</summary>
    public static void Begin(SqliteHandle handle)
    {
        handle.Execute("PRAGMA synchronous = FULL");
        handle.Execute("BEGIN IMMEDIATE");
    }

    /// <summary>An insert of all stored columns that never replaces or ignores, whatever the table's own conflict clauses say.</summary>
    public static string InsertSql(TableSchema table)
    {
        var columns = table.StoredColumns.Select(c => c.Name).ToList();
        var parameters = string.Join(", ", Enumerable.Range(1, columns.Count).Select(i => "?" + i));
        return $"INSERT OR ABORT INTO main.{SqliteName.Quote(table.Name)} ({SqliteName.QuoteAll(columns)}) VALUES ({parameters})";
    }
}
