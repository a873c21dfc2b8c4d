using System.Text;

namespace DbVc.Pipelines;

/// <summary>Names of fields from names of columns.</summary>
internal static class FieldNaming
{
    private const int Longest = 60;

    /// <summary>A name for each column, no two alike: words in small letters with underscores, as databases like them.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> columns)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>();
        foreach (var column in columns)
        {
            var plain = Plain(column);
            if (plain.Length == 0) plain = "column";
            if (char.IsDigit(plain[0])) plain = "n_" + plain;
            var name = plain;
            for (var i = 2; !taken.Add(name); i++) name = $"{plain}_{i}";
            names.Add(name);
        }

        return names;
    }

    /// <summary>The words of a field's name, in small letters.</summary>
    public static string[] WordsOf(string name) => name.ToLowerInvariant().Split('_', StringSplitOptions.RemoveEmptyEntries);

    private static string Plain(string column)
    {
        var name = new StringBuilder();
        for (var i = 0; i < column.Length && name.Length < Longest; i++)
        {
            var c = column[i];
            if (!char.IsLetterOrDigit(c))
            {
                if (name.Length > 0 && name[^1] != '_') name.Append('_');
                continue;
            }

            if (char.IsUpper(c) && i > 0 && char.IsLower(column[i - 1])) name.Append('_');
            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString().Trim('_');
    }
}
