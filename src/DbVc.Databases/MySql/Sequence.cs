using System.Globalization;

namespace DbVc.Databases;

/// <summary>The counters of AUTO_INCREMENT; they only ever go forward.</summary>
internal static class MySqlSequence
{
    /// <summary>The key that each table hands out next, of those that handed out any.</summary>
    public static IReadOnlyList<(string Table, ulong Next)> Read(MySqlHandle handle) =>
    [
        .. MySqlObjects.List(handle,
            "SELECT table_name, auto_increment FROM information_schema.tables "
            + "WHERE table_schema = database() AND auto_increment > 1 AND table_type = 'BASE TABLE'")
            .Where(r => !MySqlName.IsInternal(r[0])).Select(r => (r[0], ulong.Parse(r[1], CultureInfo.InvariantCulture))),
    ];
}
