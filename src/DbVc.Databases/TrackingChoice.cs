using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Which tables are to be tracked: the same rule on every engine.</summary>
internal static class TrackingChoice
{
    /// <param name="all">The tables that there are.</param>
    /// <param name="names">Those that are meant; null means all. One that is not there throws <c>table.missing</c>.</param>
    /// <param name="display">Of the database.</param>
    /// <param name="areEqual">How the engine compares names; null means exactly.</param>
    public static IReadOnlyList<TableSchema> Of(
        IReadOnlyList<TableSchema> all, IReadOnlyCollection<string>? names, string display, Func<string, string, bool>? areEqual = null)
    {
        if (names is null) return all;
        areEqual ??= string.Equals;
        var unknown = names.FirstOrDefault(name => !all.Any(t => areEqual(t.Name, name)));
        return unknown is null
            ? [.. all.Where(t => names.Any(name => areEqual(t.Name, name)))]
            : throw new DbVcException(FailureKind.Usage, "table.missing", $"There is no table '{unknown}' in the database.", display);
    }
}
