<!DOCTYPE qgis>
<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="1">
  <renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">
    <rules key="{ground_area}">
      <rule key="{ground_area-0}" label="水面 water" filter="&quot;kind&quot; = 'water'" symbol="0"/>
      <rule key="{ground_area-1}" label="绿地 green" filter="&quot;kind&quot; = 'green'" symbol="1"/>
      <rule key="{ground_area-2}" label="其他 other" filter="ELSE" symbol="2"/>
    </rules>
    <symbols>
      <symbol name="0" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="171,208,227,255" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_color" value="0,0,0,0" type="QString"/>
            <Option name="outline_width" value="0" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol name="1" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="214,232,205,255" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_color" value="0,0,0,0" type="QString"/>
            <Option name="outline_width" value="0" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol name="2" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="236,236,230,255" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_color" value="0,0,0,0" type="QString"/>
            <Option name="outline_width" value="0" type="QString"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings>
      <text-style fieldName="name" isExpression="0" fontFamily="Microsoft YaHei" fontSize="7" fontSizeUnit="Point" fontWeight="50" textColor="90,130,150,255" textOpacity="1" multilineHeight="1">
        <families>
          <family name="Microsoft YaHei"/>
          <family name="PingFang SC"/>
          <family name="Noto Sans CJK SC"/>
          <family name="WenQuanYi Micro Hei"/>
        </families>
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,220" bufferOpacity="1" bufferJoinStyle="128"/>
      </text-style>
      <text-format multilineAlign="1" autoWrapLength="0" useMaxLineLengthForAutoWrap="1"/>
      <placement placement="1" quadOffset="4" dist="0" distUnits="MM" centroidInside="1" centroidWhole="0" priority="1" fitInPolygonOnly="0" polygonPlacementFlags="2" placementFlags="9" repeatDistance="60" repeatDistanceUnits="MM" overrunDistance="0"/>
      <rendering scaleVisibility="1" scaleMin="1" scaleMax="12000" drawLabels="1" obstacle="0" displayAll="0" upsidedownLabels="0" labelPerPart="0" mergeLines="1"/>
    </settings>
  </labeling>
</qgis>
