using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>
/// What a source says that is no file: the trusted host fetches it into one, as JSON Lines, before anything reads it. Secrets stand in it by the name
/// of the place that has them, never as they are.
/// </summary>
public abstract record FetchSpec
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How much may be fetched, and for how long.</summary>
    public FetchLimits Limits { get; init; } = new();

    /// <summary>Where each fetch begins; null for the beginning.</summary>
    public FetchIncrement? Increment { get; init; }

    /// <summary>How old the beginning of a fetch may be that is gone on with.</summary>
    public virtual TimeSpan LongestRest => TimeSpan.FromDays(1);

    /// <summary>What the records are, for names of tables and files.</summary>
    public abstract string Subject { get; }

    /// <summary>What will be fetched, in words.</summary>
    public abstract string Describe();

    /// <summary>Tells what is fetched from what else is: equal ones fetch the same in the same way.</summary>
    public Hash Identity
    {
        get
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream, s_options))
            {
                json.WriteStartObject();
                Write(json);
                json.WriteEndObject();
            }

            return Hash.Of(stream.ToArray());
        }
    }

    internal abstract void Write(Utf8JsonWriter json);
}

/// <summary>What keeps a fetch from going on for ever.</summary>
public sealed record FetchLimits
{
    public const int MostPages = 1_000_000;
    public const int MostMegabytes = 1_000_000;
    public const int MostSeconds = 7 * 24 * 3600;

    public int Pages { get; init; } = 10_000;

    /// <summary>Of records, unpacked.</summary>
    public int Megabytes { get; init; } = 4096;

    /// <summary>For all of it.</summary>
    public int Seconds { get; init; } = 3600;

    /// <summary>For one request with its answer.</summary>
    public int RequestSeconds { get; init; } = 60;

    internal void Write(Utf8JsonWriter json)
    {
        if (this == new FetchLimits()) return;
        json.WriteStartObject("limits");
        json.WriteNumber("pages", Pages);
        json.WriteNumber("megabytes", Megabytes);
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("request_seconds", RequestSeconds);
        json.WriteEndObject();
    }
}
