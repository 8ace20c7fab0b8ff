using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlAva.Persons;

/// <summary>The one row that a detector reads: a picture and, where it takes that, its size.</summary>
sealed class OnnxInput : DataViewRow
{
    readonly OnnxPlan _plan;
    float[] _picture = [];
    long _position = -1;

    public OnnxInput(OnnxPlan plan)
    {
        _plan = plan;
        DataViewSchema.Builder builder = new();
        builder.AddColumn(plan.Input, new VectorDataViewType(NumberDataViewType.Single, plan.InputShape));
        if (plan.SizeInput is { } size) builder.AddColumn(size, new VectorDataViewType(NumberDataViewType.Int64, 1, 2));
        Schema = builder.ToSchema();
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => 0;

    public void Set(float[] picture)
    {
        _picture = picture;
        _position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Delegate getter = column.Name == _plan.Input
            ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => value = new(_picture.Length, _picture))
            : (ValueGetter<VBuffer<long>>)((ref VBuffer<long> value) => value = new(2, [_plan.Width, _plan.Height]));
        return (ValueGetter<TValue>)getter;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)_position, 0);
}
