using System.Security.Cryptography;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What an engine keeps on the work server of tables as they were, so that the next question about them need not fill them again.</summary>
/// <param name="Databases">How many are left.</param>
/// <param name="Bytes">What they take.</param>
/// <param name="Dropped">How many went.</param>
public sealed record PastKept(int Databases, long Bytes, int Dropped)
{
    public static PastKept None { get; } = new(0, 0, 0);
}

/// <summary>One database that holds tables as they were.</summary>
/// <param name="Database">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Unused">How long nobody has asked for it.</param>
internal sealed record PastCopy(string Database, long Bytes, TimeSpan Unused);

/// <summary>How databases of tables as they were are named, and how many may stay. Each is made for exactly what one question names, stands whole under its
/// name or not at all, and never changes; so whoever finds it may read it.</summary>
internal static class PastCopies
{
    /// <summary>In the place of an id in the names of private databases.</summary>
    public const string Id = "past_";

    private const int Most = 8;
    private const long MostBytes = 4L << 30;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The end of the name: equal only for equal definitions and rows.</summary>
    /// <param name="live">The database whose rules of sorting it has.</param>
    /// <param name="tables">With their rows.</param>
    /// <param name="objects">What is made besides.</param>
    public static string KeyOf(string? live, IEnumerable<IHistoricTable> tables, IEnumerable<SchemaObject> objects)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        Add(live ?? "");
        foreach (var table in tables.OrderBy(t => t.Schema.Name, StringComparer.Ordinal))
        {
            foreach (var part in new[] { "table", table.Schema.Name, table.Schema.Sql, table.ContentId }) Add(part);
        }

        foreach (var item in objects.OrderBy(o => o.Kind).ThenBy(o => o.Name, StringComparer.Ordinal))
        {
            foreach (var part in new[] { item.Kind.ToString(), item.Name, item.Sql }) Add(part);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..20];
    }

    /// <summary>Those that may go: unused for too long, or more than may stay, the longest unused first.</summary>
    public static IEnumerable<PastCopy> Surplus(IEnumerable<PastCopy> copies, TimeSpan? unusedFor)
    {
        var (count, bytes) = (0, 0L);
        foreach (var copy in copies.OrderBy(c => c.Unused))
        {
            // The newest stays however large it is: it is being asked for.
            var fits = count == 0 || (count < Most && bytes + copy.Bytes <= MostBytes);
            if (fits && copy.Unused < (unusedFor ?? Longest))
            {
                count++;
                bytes += copy.Bytes;
            }
            else
            {
                yield return copy;
            }
        }
    }
}
