using System.Text;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Gives tables their ids, the same on every machine for the same history. Part of the on-disk format.</summary>
public static class TableIds
{
    private const int HashDigits = 8;

    /// <summary>
    /// The id of a table seen for the first time: its name in lower case and the hash of its statement, so that two tables made
    /// independently under one name are told apart, and the same table made on two branches is the same. Made unique against <paramref name="taken"/>.
    /// </summary>
    public static string Create(TableSchema table, IReadOnlySet<string> taken)
    {
        var first = table.Name.ToLowerInvariant() + "-" + Hash.Of(Encoding.UTF8.GetBytes(table.Sql)).ToString()[..HashDigits];
        var id = first;
        for (var i = 2; taken.Contains(id); i++) id = $"{first}-{i}";
        return id;
    }
}
