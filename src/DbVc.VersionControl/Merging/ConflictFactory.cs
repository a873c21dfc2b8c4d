using System.Text;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Names conflicts: the id covers the place and the three values.</summary>
internal static class ConflictFactory
{
    private const int IdDigits = 12;

    public static Conflict Create(Conflict draft)
    {
        var text = new StringBuilder();
        text.Append(draft.Kind).Append('\0').Append(draft.Table).Append('\0').Append(draft.Column);
        if (draft.Path is not null || draft.Cause is not null) text.Append('\0').Append(draft.Path).Append('\0').Append(draft.Cause);
        Append(text, draft.Key);
        Append(text, draft.Base);
        Append(text, draft.Source);
        Append(text, draft.Target);
        return draft with { Id = Hash.Of(Encoding.UTF8.GetBytes(text.ToString())).ToString()[..IdDigits] };
    }

    /// <summary>A single text value, for DDL and files.</summary>
    public static IReadOnlyList<NamedValue>? TextSide(string name, string? text) => text is null ? null : [new NamedValue(name, Value.Text(text))];

    private static void Append(StringBuilder text, IReadOnlyList<NamedValue>? values)
    {
        text.Append('\0').Append(values is null ? '-' : '+');
        foreach (var (name, value) in values ?? []) text.Append(name).Append('=').Append((int)value.Kind).Append(':').Append(value).Append('\0');
    }
}
