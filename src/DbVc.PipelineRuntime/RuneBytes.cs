using System.Buffers;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>Walks over UTF-8 code point by code point; bytes that are no UTF-8 come out one by one, without a code point.</summary>
internal ref struct RuneBytes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public Item Current { get; private set; }

    public readonly RuneBytes GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        var known = Rune.DecodeFromUtf8(_rest, out var rune, out var consumed) == OperationStatus.Done;
        if (!known) consumed = 1;
        Current = new Item(known ? rune : null, _rest[..consumed]);
        _rest = _rest[consumed..];
        return true;
    }

    internal readonly ref struct Item(Rune? rune, ReadOnlySpan<byte> bytes)
    {
        private readonly Rune? _rune = rune;
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public void Deconstruct(out Rune? rune, out ReadOnlySpan<byte> bytes)
        {
            rune = _rune;
            bytes = _bytes;
        }
    }
}
