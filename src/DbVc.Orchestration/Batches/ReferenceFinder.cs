using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>A key that rows of other tables may refer to.</summary>
/// <param name="Table">Whose.</param>
/// <param name="Column">The only column of it.</param>
/// <param name="Takes">Whether it can be compared with a field of a type, as metadata names it.</param>
/// <param name="Values">As text, as far as they were read.</param>
internal sealed record KnownKey(string Table, string Column, Func<string, bool> Takes, IReadOnlySet<string> Values)
{
    /// <summary>Whether there are no others than <see cref="Values"/>.</summary>
    public bool IsWhole { get; init; } = true;
}

/// <summary>A field that seems to refer to a key.</summary>
/// <param name="Found">How many of its different values are among the key's.</param>
/// <param name="Of">How many it has.</param>
internal sealed record FoundReference(string Field, KnownKey Key, int Found, int Of)
{
    /// <summary>Fewer are more likely a mistake about the key than mistakes in the data.</summary>
    private const double Enough = 0.95;

    /// <summary>Whether the values bear out what the name says.</summary>
    public bool Holds => Found >= Of * Enough || !Key.IsWhole;

    /// <summary>An assumption, with its evidence.</summary>
    public string Describe()
    {
        var counted = $"{Quantity.Of(Found)} of its {Quantity.Of(Of)} values are there{(Key.IsWhole ? "" : ", as far as they were read")}";
        if (!Holds) return $"{Field} is called like a reference to {Key.Table}.{Key.Column}, but only {counted}: not assumed";
        var others = Found < Of && Key.IsWhole ? ", and rows with another one will be rejected" : "";
        return $"Assumed: {Field} refers to {Key.Table}.{Key.Column}; {counted}{others}";
    }
}

/// <summary>
/// Finds which fields refer to keys: by name first (<c>customer_id</c>, or <c>sku</c> where that is what the key of another table is called), and by
/// values then, for names alone prove nothing, and neither do small numbers that happen to be among others.
/// </summary>
internal static class ReferenceFinder
{
    private static readonly string[] s_generic = ["id", "key", "code", "no", "nr", "number", "uuid", "guid", "name"];

    /// <summary>The references of one table's fields, each to the key that fits best.</summary>
    /// <param name="table">The table that is loaded.</param>
    /// <param name="proposal">What was read off its source.</param>
    /// <param name="keys">Of all tables; its own is passed over.</param>
    public static IReadOnlyList<FoundReference> Find(string table, MetadataProposal proposal, IReadOnlyList<KnownKey> keys)
    {
        var found = new List<FoundReference>();
        var others = keys.Where(k => !Same(k.Table, table)).ToList();
        var isOwnKey = proposal.Fields.Count(f => f.IsKey) == 1;
        foreach (var field in proposal.Fields.Where(f => others.Exists(k => k.Takes(f.Type))))
        {
            var values = proposal.Values(field.Name);
            if (values.Count == 0) continue;
            var best = others.Where(k => k.Takes(field.Type) && IsCalledLike(field, k, field.IsKey && isOwnKey))
                .Select(k => new FoundReference(field.Name, k, values.Count(k.Values.Contains), values.Count))
                .OrderByDescending(r => r.Holds).ThenByDescending(r => NamesTable(field.Name, r.Key.Table)).ThenByDescending(r => r.Found)
                .ThenByDescending(r => r.Key.Values.Count).FirstOrDefault();
            if (best is not null) found.Add(best);
        }

        return found;
    }

    /// <summary>A table's own key is called like it anyway; it refers to another one only where that is named.</summary>
    private static bool IsCalledLike(ProposedField field, KnownKey key, bool isOwnKey) => NamesTable(field.Name, key.Table)
        || (!isOwnKey && !s_generic.Contains(key.Column.ToLowerInvariant()) && EndsWith(field.Name, key.Column));

    /// <summary>For example <c>customer_id</c>, <c>billing_customer</c> or <c>customers_code</c> for the table <c>customers</c>.</summary>
    private static bool NamesTable(string field, string table)
    {
        var name = field.ToLowerInvariant();
        var stem = s_generic.FirstOrDefault(word => name.EndsWith("_" + word, StringComparison.Ordinal)) is { } generic ? name[..^(generic.Length + 1)] : name;
        return FormsOf(table).Any(form => EndsWith(stem, form));
    }

    private static IEnumerable<string> FormsOf(string table)
    {
        var name = table.ToLowerInvariant();
        yield return name;
        if (name.EndsWith("ies", StringComparison.Ordinal)) yield return name[..^3] + "y";
        if (name.EndsWith("es", StringComparison.Ordinal)) yield return name[..^2];
        if (name.EndsWith('s')) yield return name[..^1];
    }

    private static bool EndsWith(string name, string word) =>
        Same(name, word) || name.EndsWith("_" + word, StringComparison.OrdinalIgnoreCase);

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
