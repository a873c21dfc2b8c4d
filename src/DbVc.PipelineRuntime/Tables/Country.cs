using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>A country of ISO 3166-1.</summary>
/// <param name="Code">Two capital letters.</param>
/// <param name="LongCode">Three capital letters.</param>
/// <param name="Dialling">Its calling code; empty where it has none.</param>
/// <param name="Trunk">What numbers begin with inside the country and not from outside; empty where there is no such thing.</param>
internal sealed record Country(string Code, string LongCode, string Dialling, string Trunk)
{
    private static readonly Dictionary<string, Country> s_countries = Read();

    private static readonly HashSet<string> s_dialling = [.. s_countries.Values.Select(c => c.Dialling).Where(d => d.Length > 0)];

    /// <summary>Finds a country by a code or a name, whatever its case, marks and punctuation.</summary>
    public static Country? Find(string text) => s_countries.GetValueOrDefault(Key(text));

    /// <summary>Finds a country by its two letters.</summary>
    public static Country? FindCode(string code) => code.Length == 2 ? Find(code) : null;

    /// <summary>The length of the calling code that digits begin with; 0 when they begin with none.</summary>
    public static int DiallingLength(ReadOnlySpan<char> digits)
    {
        for (var length = 1; length <= 3 && length <= digits.Length; length++)
        {
            if (s_dialling.Contains(digits[..length].ToString())) return length;
        }

        return 0;
    }

    /// <summary>Letters alone, small and without marks; "the" says nothing.</summary>
    internal static string Key(string text)
    {
        var key = new StringBuilder(text.Length);
        foreach (var c in Operations.RemoveDiacritics(Text.From(text)).ToString().Replace("&", " and ", StringComparison.Ordinal).Replace('-', ' '))
        {
            if (char.IsAsciiLetter(c)) key.Append(char.ToLowerInvariant(c));
            else if (char.IsWhiteSpace(c)) key.Append(' ');
            else if (c is not ('.' or '\'' or '’' or ',')) key.Append('?');
        }

        return string.Join(' ', key.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w != "the"));
    }

    private static Dictionary<string, Country> Read()
    {
        var countries = new Dictionary<string, Country>();
        foreach (var line in EmbeddedTable.Lines("Countries"))
        {
            var parts = line.Split(' ', 5);
            var country = new Country(parts[0], parts[1], parts[2].Trim('-'), parts[3].Trim('-'));
            foreach (var name in parts[4].Split('|').Prepend(parts[1]).Prepend(parts[0])) countries.TryAdd(Key(name), country);
        }

        return countries;
    }
}
