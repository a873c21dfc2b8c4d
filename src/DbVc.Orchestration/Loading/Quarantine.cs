using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
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
    private const long SpareBytes = 16L * 1024 * 1024;
    private const long MaxGrowth = 8;
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;
    private readonly long _maxBytes;

    /// <param name="branchFolder">Its <c>results/</c> gets the file.</param>
    /// <param name="sourceBytes">Bounds the file: a quarantine cannot honestly be many times larger than its source.</param>
    public Quarantine(string branchFolder, long sourceBytes)
    {
        _maxBytes = sourceBytes * MaxGrowth + SpareBytes;
        _path = Path.Combine(branchFolder, "results", "quarantine.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.Delete(_path + ".new");
        _file = new FileStream(_path + ".new", FileMode.CreateNew, FileAccess.Write, FileShare.Read, FlushBytes);
        _json = new Utf8JsonWriter(_line, s_options);
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

    /// <summary>Takes the place of the last run's quarantine, durably.</summary>
    public void Commit()
    {
        _file.Flush(flushToDisk: true);
        File.Move(_path + ".new", _path, overwrite: true);
    }

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
        File.Delete(_path + ".new");
    }
}
