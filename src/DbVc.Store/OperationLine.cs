using System.Text;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// An entry of the operation log as a line of JSON outside of the store. It is the entry's canonical JSON with its hash put before everything else, so
/// whoever cuts <c>"hash":"…",</c> out of a line has the very bytes that the hash is of, whatever reads the JSON.
/// </summary>
public static class OperationLine
{
    private static readonly byte[] s_before = "{\"hash\":\""u8.ToArray();
    private static readonly byte[] s_behind = "\","u8.ToArray();

    private static int PrefixLength => s_before.Length + (Hash.Size * 2) + s_behind.Length;

    /// <summary>Without its line feed.</summary>
    public static byte[] Write(OperationBody entry) =>
        [.. s_before, .. Encoding.ASCII.GetBytes(entry.Record.Hash.ToString()), .. s_behind, .. entry.Body.AsSpan(1)];

    /// <summary>Reads a line and checks it against its hash. Throws kind Failed, <c>store.damaged</c>.</summary>
    /// <param name="number">Of the line, for a message where the line does not say.</param>
    /// <param name="line">Without its line feed.</param>
    public static OperationRecord Parse(long number, ReadOnlySpan<byte> line)
    {
        if (line.Length <= PrefixLength || !line.StartsWith(s_before) || !line[..PrefixLength].EndsWith(s_behind)
            || !Hash.TryParse(Encoding.ASCII.GetString(line.Slice(s_before.Length, Hash.Size * 2)), out var hash))
        {
            throw StoreFailure.Damaged($"Line {number} is no entry of an operation log.");
        }

        byte[] body = [(byte)'{', .. line[PrefixLength..]];
        if (Hash.Of(body) != hash) throw StoreFailure.Damaged($"Line {number} was edited: its content does not match its hash.");
        return OperationCodec.Decode(OperationCodec.ReadNumber(number, body), hash, body);
    }
}
