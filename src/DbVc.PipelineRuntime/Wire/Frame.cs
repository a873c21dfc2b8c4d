namespace DbVc.PipelineRuntime;

/// <summary>What a frame carries. A frame is: kind (1 byte), payload length (4 bytes, little endian), payload.</summary>
internal enum FrameKind : byte
{
    /// <summary>Worker: ready. A <see cref="WireMessage"/> with <see cref="HelloReply"/>.</summary>
    Hello = 1,

    /// <summary>Host: a <see cref="WireMessage"/> with <see cref="CompileRequestHeader"/> and one blob per file.</summary>
    Compile = 2,

    /// <summary>Worker: a <see cref="WireMessage"/> with <see cref="CompileReply"/> and four blobs.</summary>
    Compiled = 3,

    /// <summary>Host: a <see cref="WireMessage"/> with <see cref="TestRequestHeader"/>, test assembly and symbols.</summary>
    Test = 4,

    /// <summary>Worker: a <see cref="WireMessage"/> with <see cref="TestReply"/> the probes that were hit, and what became of mutants.</summary>
    Tested = 5,

    /// <summary>Host: a <see cref="WireMessage"/> with <see cref="RunRequestHeader"/>, assembly and symbols.</summary>
    Run = 6,

    /// <summary>Worker: a <see cref="WireMessage"/> with <see cref="ColumnsReply"/>; the first answer to <see cref="Run"/>.</summary>
    Columns = 7,

    /// <summary>Worker: entries as described at <see cref="BatchEntry"/>.</summary>
    Batch = 8,

    /// <summary>Worker: a <see cref="WireMessage"/> with <see cref="RunReply"/>; the last answer to <see cref="Run"/>.</summary>
    RunDone = 9,

    /// <summary>Worker: a <see cref="WireMessage"/> with <see cref="FailureReply"/>; the last answer to any request.</summary>
    Failed = 10,
}

/// <summary>
/// The first byte of an entry in a batch. Then: record number (zigzag varint, the difference to the entry before, from 0), and
/// for <see cref="Row"/> one cell per column: a byte (0 for NULL, else <see cref="CellKind"/>) and the value (zigzag varint, 8 bytes
/// little endian, or varint length and bytes); for <see cref="Rejected"/>: line (varint), a byte (1: raw was cut), raw (varint length
/// and bytes), number of failures (varint), each with field, rule, value, message (varint length and bytes);
/// for <see cref="Filtered"/> nothing, and for <see cref="FilteredRow"/> the cells of a row.
/// </summary>
internal enum BatchEntry : byte
{
    Row = 1,
    Rejected = 2,
    Filtered = 3,
    FilteredRow = 4,
}

/// <summary>Bounds that both sides keep to; the host refuses what exceeds them.</summary>
internal static class WireLimits
{
    public const int ProtocolVersion = 4;
    public const int HeaderBytes = 5;

    /// <summary>A batch is sent when it has grown to this size.</summary>
    public const int BatchBytes = 64 * 1024;

    public const int CellBytes = 16 * 1024 * 1024;
    public const int RowBytes = 32 * 1024 * 1024;
    public const int BatchFrameBytes = BatchBytes + RowBytes;
    public const int MessageFrameBytes = 64 * 1024 * 1024;
    public const int Columns = 2000;
    public const int ColumnNameBytes = 256;
    public const int RawBytes = 64 * 1024;
    public const int Failures = 64;
    public const int FailureTextBytes = 1024;

    /// <summary>What generated code can forge is held to what is honest: JSON takes many times its bytes once it is read.</summary>
    public static int FrameBytes(FrameKind kind) => kind switch
    {
        FrameKind.Batch => BatchFrameBytes,
        FrameKind.Tested => 24 * 1024 * 1024,
        FrameKind.Columns => 4 * 1024 * 1024,
        FrameKind.Hello or FrameKind.RunDone or FrameKind.Failed => 64 * 1024,
        _ => MessageFrameBytes,
    };
}

/// <summary>Bytes that break the protocol; the message says how.</summary>
internal sealed class WireException(string message) : Exception(message);
