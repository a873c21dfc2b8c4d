using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace DbVc.Databases;

/// <summary>One LOAD DATA that goes on, on a thread of its own, while rows are made. What it refuses cannot be taken back.</summary>
internal sealed class MySqlLoadStream(MySqlHandle handle, string sql) : IDisposable
{
    private const int MostWaiting = 4;

    private readonly BlockingCollection<ArraySegment<byte>> _blocks = new(MostWaiting);
    private readonly ConcurrentQueue<byte[]> _free = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly ManualResetEventSlim _isAbandoned = new();
    private Thread? _thread;
    private MySqlLoadCount? _count;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Takes all rows out of the buffer.</summary>
    public void Write(MySqlLoadBuffer buffer)
    {
        if (_thread is null)
        {
            _thread = new Thread(Load) { IsBackground = true, Name = "db-vc load" };
            _thread.Start();
        }

        try
        {
            _blocks.Add(buffer.Take(_free.TryDequeue(out var free) ? free : null), _ended.Token);
        }
        catch (OperationCanceledException)
        {
            _failure?.Throw();
            throw;
        }
    }

    /// <summary>Returns when the server has taken what was written, and what it says about it; null if nothing was.</summary>
    public MySqlLoadCount? Complete()
    {
        if (_thread is null) return null;
        _blocks.CompleteAdding();
        _thread.Join();
        _failure?.Throw();
        return _count;
    }

    /// <summary>What was not completed ends early: the caller rolls back.</summary>
    public void Dispose()
    {
        _isAbandoned.Set();
        _blocks.CompleteAdding();
        _thread?.Join();
        _blocks.Dispose();
        _ended.Dispose();
        _isAbandoned.Dispose();
    }

    private void Load()
    {
        try
        {
            using var source = new Source(this);
            _count = handle.Load(sql, source);
        }
        catch (Exception failure)
        {
            // The thread that writes throws it on.
            _failure = ExceptionDispatchInfo.Capture(failure);
        }
        finally
        {
            _ended.Cancel();
        }
    }

    /// <summary>The rows as the library asks for them.</summary>
    private sealed class Source(MySqlLoadStream load) : Stream
    {
        private ArraySegment<byte> _block;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (_block.Count == 0)
            {
                if (_block.Array is { } used) load._free.Enqueue(used);
                _block = default;
                var isMore = load._blocks.TryTake(out _block, Timeout.Infinite);
                if (load._isAbandoned.IsSet) throw new IOException("The rows were not wanted any more.");
                if (!isMore) return 0;
            }

            var length = Math.Min(buffer.Length, _block.Count);
            _block.AsSpan(0, length).CopyTo(buffer);
            _block = _block[length..];
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
            // Nothing is held back.
        }
    }
}
