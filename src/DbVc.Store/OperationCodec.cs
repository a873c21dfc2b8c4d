using System.Globalization;
using System.Text;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// The bytes of an entry of the operation log: JSON without spaces, its members always in this order. Their hash is the entry's hash
/// and they contain the hash before, so no entry can be changed or taken out unnoticed. Part of the on-disk format.
/// </summary>
internal static class OperationCodec
{
    public static byte[] Encode(long number, Hash previous, OperationDraft operation)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("number", number);
            json.WriteString("previous", previous.ToString());
            json.WriteString("command", Repair(operation.Command));
            json.WriteString("actor", Repair(operation.Actor));
            json.WriteString("time", operation.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteStartArray("moves");
            foreach (var move in operation.Moves)
            {
                json.WriteStartObject();
                json.WriteString("name", Repair(move.Name));
                json.WriteString("before", move.Before?.ToString());
                json.WriteString("after", move.After?.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Reads an entry and checks it against its hash.</summary>
    public static OperationRecord Decode(long number, Hash hash, ReadOnlySpan<byte> body)
    {
        if (Hash.Of(body) != hash) throw OperationProblem.Fail(number, OperationProblem.Edited);
        try
        {
            using var json = JsonDocument.Parse(body.ToArray());
            var root = json.RootElement;
            if (root.GetProperty("number").GetInt64() != number) throw OperationProblem.Fail(number, "It was stored under another number.");
            var moves = root.GetProperty("moves").EnumerateArray()
                .Select(m => new RefMove(Text(m, "name"), OptionalHash(m, "before"), OptionalHash(m, "after"))).ToArray();
            var time = DateTimeOffset.Parse(Text(root, "time"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
            return new OperationRecord(number, hash, Hash.Parse(Text(root, "previous")),
                new OperationDraft(Text(root, "command"), Text(root, "actor"), time, moves));
        }
        catch (Exception failure) when (failure is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw OperationProblem.Fail(number, $"It is no entry of an operation log: {failure.Message}");
        }
    }

    /// <summary>The number that an entry says it has.</summary>
    /// <param name="line">For the message, where it says none.</param>
    /// <param name="body">Of the entry.</param>
    public static long ReadNumber(long line, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.GetProperty("number").GetInt64();
        }
        catch (Exception failure) when (failure is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw StoreFailure.Damaged($"Line {line} is no entry of an operation log: {failure.Message}");
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");

    private static Hash? OptionalHash(JsonElement element, string name) =>
        element.GetProperty(name).GetString() is { } text ? Hash.Parse(text) : null;

    // Half a surrogate pair cannot be written as UTF-8; the log must take any command all the same.
    private static string Repair(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
