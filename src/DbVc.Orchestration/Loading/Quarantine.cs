using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// The records that were not loaded, with their reasons: <c>results/quarantine.jsonl</c>, one object a line. They stay with the run and never
/// enter a database. Written beside its place and moved there when the run is whole.
/// </summary>
internal sealed class Quarantine : IDisposable
{
    private const int FlushBytes = 64 * 1024;
    private const int MaxReasons = 16;
    private const int MaxReasonText = 1_000;
    private const int MaxUnseen = 100_000;
    private const long SpareBytes = 16L * 1024 * 1024;
    private const long MaxGrowth = 8;
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_nodes = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;
    private readonly long _maxBytes;
    private readonly HashSet<long> _unseen = [];

    /// <summary>Where it is once the run is whole.</summary>
    public string Path { get; }

    /// <param name="branchFolder">Its <c>results/</c> gets the file.</param>
    /// <param name="sourceBytes">Bounds the file: a quarantine cannot honestly be many times larger than its source.</param>
    public Quarantine(string branchFolder, long sourceBytes)
    {
        _maxBytes = sourceBytes * MaxGrowth + SpareBytes;
        Path = System.IO.Path.Combine(branchFolder, "results", "quarantine.jsonl");
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.Delete(Path + ".new");
        _file = new FileStream(Path + ".new", FileMode.CreateNew, FileAccess.Write, FileShare.Read, FlushBytes);
        _json = new Utf8JsonWriter(_line, s_options);
    }

    /// <summary>What the rows of this file cannot do without and the host did not see: the text of records that the sandbox had accepted.</summary>
    public IReadOnlySet<long> Unseen => _unseen;

    /// <summary>A record of which only values are known; <see cref="Complete"/> brings its text.</summary>
    public void AddUnseen(RejectedRecord record)
    {
        if (_unseen.Count < MaxUnseen) _unseen.Add(record.Record);
        Add(record with { RawCut = true });
    }

    public void Add(RejectedRecord record)
    {
        _json.WriteStartObject();
        _json.WriteNumber("record", record.Record);
        _json.WriteNumber("line", record.Line);
        _json.WriteString("raw", record.RawText);
        if (record.RawCut) _json.WriteBoolean("rawCut", true);
        _json.WriteStartArray("reasons");
        foreach (var reason in record.Reasons.Take(MaxReasons))
        {
            _json.WriteStartObject();
            _json.WriteString("field", Cut(reason.Field));
            _json.WriteString("rule", Cut(reason.Rule));
            _json.WriteString("value", Cut(reason.Value));
            _json.WriteString("message", Cut(reason.Message));
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        // Not through a writer on the file: its flush would flush the file too, a system call for every record.
        _file.Write(_line.WrittenSpan);
        _file.WriteByte((byte)'\n');
        _line.ResetWrittenCount();
        if (_file.Length <= _maxBytes) return;
        throw new DbVcException(FailureKind.Refused, "worker.output", $"The rejected records take more than {_maxBytes / 1024 / 1024} MiB.",
            hint: "The code sends far more than its source holds.");
    }

    private static string Cut(string text) => text.Length <= MaxReasonText ? text : text[..MaxReasonText] + "…";

    /// <summary>Puts the texts of records in the place of their values.</summary>
    /// <param name="texts">By the record's number.</param>
    public void Complete(IReadOnlyDictionary<long, RecordText> texts)
    {
        _file.Flush();
        File.Delete(Path + ".whole");
        using var lines = new StreamReader(new FileStream(Path + ".new", FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
        using (var whole = new FileStream(Path + ".whole", FileMode.CreateNew, FileAccess.Write))
        {
            while (lines.ReadLine() is { } line) whole.Write(Encoding.UTF8.GetBytes(CompleteLine(line, texts) + "\n"));
            whole.Flush(flushToDisk: true);
        }

        File.Move(Path + ".whole", Path + ".new", overwrite: true);
    }

    private string CompleteLine(string line, IReadOnlyDictionary<long, RecordText> texts)
    {
        var record = JsonNode.Parse(line)!.AsObject();
        var number = (long)record["record"]!;
        if (!_unseen.Contains(number) || !texts.TryGetValue(number, out var text)) return line;
        record["line"] = text.Line;
        record["raw"] = text.Raw;
        if (!text.IsCut) record.Remove("rawCut");
        return record.ToJsonString(s_nodes);
    }

    /// <summary>Takes the place of the last run's quarantine, durably.</summary>
    public void Commit()
    {
        _file.Flush(flushToDisk: true);
        File.Move(Path + ".new", Path, overwrite: true);
    }

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
        File.Delete(Path + ".new");
    }
}

/// <summary>A record as its source has it.</summary>
internal sealed record RecordText(long Line, string Raw, bool IsCut);
