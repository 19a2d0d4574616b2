<!DOCTYPE qgis>
<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="1">
  <renderer-v2 type="singleSymbol" symbollevels="0" forceraster="0" enableorderby="0">
    <symbols>
      <symbol name="0" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="255,255,255,0" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="110,130,155,255" type="QString"/>
            <Option name="outline_width" value="0.35" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings>
      <text-style fieldName="CASE WHEN layer_property('gisgrid_draft_base', 'name') IS NULL OR coalesce(aggregate('gisgrid_draft_base', 'count', &quot;code&quot;), 0) = 0 THEN coalesce(&quot;name&quot;, &quot;code&quot;) END" isExpression="1" fontFamily="Microsoft YaHei" fontSize="7" fontSizeUnit="Point" fontWeight="50" textColor="120,130,140,255" textOpacity="1" multilineHeight="1">
        <families>
          <family name="Microsoft YaHei"/>
          <family name="PingFang SC"/>
          <family name="Noto Sans CJK SC"/>
          <family name="WenQuanYi Micro Hei"/>
        </families>
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,220" bufferOpacity="1" bufferJoinStyle="128"/>
      </text-style>
      <text-format multilineAlign="1" autoWrapLength="0" useMaxLineLengthForAutoWrap="1"/>
      <placement placement="1" quadOffset="4" dist="0" distUnits="MM" centroidInside="1" centroidWhole="0" priority="2" fitInPolygonOnly="0" polygonPlacementFlags="2" overrunDistance="0"/>
      <rendering scaleVisibility="1" scaleMin="1" scaleMax="20000" drawLabels="1" obstacle="1" displayAll="0" upsidedownLabels="0" labelPerPart="0"/>
    </settings>
  </labeling>
</qgis>
